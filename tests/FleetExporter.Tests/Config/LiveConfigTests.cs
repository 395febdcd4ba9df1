using FleetExporter.Config;

namespace FleetExporter.Tests.Config;

public sealed class LiveConfigTests
{
    private readonly FakeClock _clock = new();
    private readonly List<(FleetConfig Old, FleetConfig New)> _changes = [];
    private string _text = "hosts: [{ name: a }, { name: b, address: c }]";

    [Fact]
    public void A_valid_file_replaces_the_configuration_and_raises_the_event()
    {
        var live = Start();
        var old = live.Current;
        _text = "hosts: [{ name: d }]";
        _clock.Advance(TimeSpan.FromMinutes(1));

        var result = live.Reload();

        Assert.True(result.Success);
        Assert.Empty(result.Warnings);
        Assert.Equal("d", Assert.Single(live.Current.Hosts).Name);
        Assert.Equal([(old, live.Current)], _changes);
        Assert.True(live.LastReloadSuccess);
        Assert.Equal(_clock.GetUtcNow(), live.LastReloadAt);
    }

    [Fact]
    public void An_invalid_file_keeps_the_previous_configuration()
    {
        var live = Start();
        var old = live.Current;
        _text = "hosts: [{ name: -a }]\npoll_interval: 0s";
        _clock.Advance(TimeSpan.FromMinutes(1));

        var result = live.Reload();

        Assert.Equal(2, result.Errors.Count);
        Assert.Same(old, live.Current);
        Assert.Empty(_changes);
        Assert.False(live.LastReloadSuccess);
        Assert.Equal(_clock.GetUtcNow(), live.LastReloadAt);

        _text = "";
        Assert.True(live.Reload().Success);
        Assert.True(live.LastReloadSuccess);
    }

    [Fact]
    public void An_unchanged_file_raises_no_event()
    {
        var live = Start();

        Assert.True(live.Reload().Success);
        Assert.Empty(_changes);
    }

    [Fact]
    public void Listen_and_data_dir_require_a_restart()
    {
        var live = Start();
        var old = live.Current;
        _text = $"listen: 127.0.0.1:1\ndata_dir: /other\n{_text}";

        var result = live.Reload();

        Assert.Equal(["listen: a change requires a restart", "data_dir: a change requires a restart"], result.Warnings);
        Assert.Equal(old, live.Current);
        Assert.Equal("/etc/fleet/data/known_hosts", live.Current.Hosts[1].Ssh.KnownHosts);
        Assert.Empty(_changes);
    }

    [Fact]
    public void A_listen_address_of_the_command_line_survives_a_reload()
    {
        var live = Start(config => config with { Listen = new ListenAddress("::1", 0) });
        _text = "stale_after_polls: 5";

        Assert.Empty(live.Reload().Warnings);
        Assert.Equal("[::1]:0", live.Current.Listen.ToString());
        Assert.Equal(5, live.Current.StaleAfterPolls);
    }

    [Fact]
    public void Stored_thresholds_replace_those_of_the_file_and_survive_a_reload()
    {
        _text = "thresholds: { tmux_sessions: 10 }";
        var live = Start();
        var file = live.Current;

        live.SetStoredThresholds(ValueMap<double>.Empty.With("tmux_sessions", 20).With("cost_daily_usd", 5).With("of_a_newer_exporter", 1));
        Assert.Equal((20, 5), (live.Current.Thresholds["tmux_sessions"], live.Current.Thresholds["cost_daily_usd"]));
        Assert.Equal(17, live.Current.Thresholds.Count);
        Assert.Equal(file, live.Loaded);
        Assert.Equal([(file, live.Current)], _changes);

        live.SetStoredThresholds(ValueMap<double>.Empty.With("tmux_sessions", 20).With("cost_daily_usd", 5));
        Assert.Single(_changes);
        _text = "thresholds: { tmux_sessions: 30, cost_daily_usd: 40 }\nstale_after_polls: 5";
        Assert.True(live.Reload().Success);
        Assert.Equal((20, 5, 5), (live.Current.Thresholds["tmux_sessions"], live.Current.Thresholds["cost_daily_usd"], live.Current.StaleAfterPolls));
        Assert.Equal(30, live.Loaded.Thresholds["tmux_sessions"]);

        live.SetStoredThresholds(ValueMap<double>.Empty);
        Assert.Equal(live.Loaded, live.Current);
        Assert.Equal(3, _changes.Count);
    }

    private LiveConfig Start(Func<FleetConfig, FleetConfig>? commandLine = null)
    {
        ConfigResult Load() => Yml.Read(_text).With(commandLine ?? (config => config));
        var live = new LiveConfig(Load().Config!, Load, _clock);
        live.Changed += (before, after) => _changes.Add((before, after));
        return live;
    }
}
