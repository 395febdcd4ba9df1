using System.Globalization;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

public abstract class HostOverSshTests(string client) : SshTests(client)
{
    [Fact]
    public async Task A_host_over_ssh_agrees_with_the_machine()
    {
        await using var machine = await StartMachineAsync();
        await using var tmux = new TmuxServer(machine.User);
        var id = await tmux.CreateAsync("work");
        await tmux.RunAsync("new-window", "-t", id, "exec sleep 600");
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("the session", p => p.Find("fleet_tmux_session_windows", ("session", "work")) == 2);
        await tmux.AttachAsync(id);
        var page = await exporter.UntilAsync("the client", p => p.Find("fleet_tmux_session_attached_clients", ("session", "work")) == 1);

        var total = File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        Assert.Equal(double.Parse(total, CultureInfo.InvariantCulture) * 1024, page.Value("fleet_host_memory_total_bytes"));
        Assert.Equal(await tmux.AskAsync(id, "#{session_created}"), Text(page.Value("fleet_tmux_session_created_timestamp_seconds")));
        Assert.Equal(await tmux.AskAsync(id, "#{session_windows}"), Text(page.Value("fleet_tmux_session_windows")));
        Assert.Equal(await tmux.AskAsync(id, "#{session_attached}"), Text(page.Value("fleet_tmux_session_attached_clients")));
        Assert.Equal(1, page.Value("fleet_tmux_sessions", ("state", "attached")));
        Assert.Null(page.Find("fleet_tmux_session_detached_seconds"));
        Assert.Equal(1, page.Value("fleet_ssh_up"));

        await tmux.KillAsync(id);
        page = await exporter.UntilAsync("the session is gone", p => p.Find("fleet_tmux_sessions", ("state", "attached")) == 0);
        Assert.Empty(page.Of("fleet_tmux_session_info"));
        // The tmux server exits with its last session: no failure.
        Assert.Equal(1, page.Value("fleet_tmux_up"));
        await exporter.UntilOnlineAsync();
    }

    [Fact]
    public async Task CPU_use_over_ssh_agrees_with_proc_stat_under_load()
    {
        await using var machine = await StartMachineAsync();
        await using var exporter = await Exporter.StartAsync(
            machine.Folder, machine.Config().Replace("poll_interval: 1s", "poll_interval: 2s", StringComparison.Ordinal));
        await CpuAgreement.CheckAsync(exporter);
    }

    [Fact]
    public async Task Every_tmux_session_name_is_read_as_stored()
    {
        await using var machine = await StartMachineAsync();
        await using var tmux = new TmuxServer(machine.User);
        var names = File.ReadLines(Repository.Fixture("tmux", "created-names.jsonl")).Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Equal(43, names.Count);
        HashSet<string> stored = [];
        foreach (var name in names)
        {
            var requested = name.Text("requested");
            var result = requested.Contains("\\x", StringComparison.Ordinal)
                ? await tmux.TryCreateBytesAsync(
                    requested.Replace("\\xff", "\\377", StringComparison.Ordinal).Replace("\\xfe", "\\376", StringComparison.Ordinal))
                : await tmux.TryCreateAsync(requested);
            Assert.Equal(name.Number("exit"), result.Exit);
            if (name["stored"] is { } expected)
            {
                // The one format string in a name becomes the server's own number.
                stored.Add(requested == "#{pid}" ? await tmux.AskAsync(result.Trimmed, "#{session_name}") : expected.GetValue<string>());
            }
        }

        Assert.Equal(stored.Order(StringComparer.Ordinal), (await tmux.NamesAsync()).Values.Order(StringComparer.Ordinal));
        await using var exporter = await machine.WatchAsync();
        var page = await exporter.UntilAsync("all sessions", p => p.Of("fleet_tmux_session_info").Count() == stored.Count);
        Assert.Equal(
            stored.Order(StringComparer.Ordinal), page.Of("fleet_tmux_session_info").Select(s => s["session"]).Order(StringComparer.Ordinal));
        var sessions = (await exporter.JsonAsync("/api/sessions")).List("items");
        Assert.Equal(stored.Order(StringComparer.Ordinal), sessions.Select(s => s.Text("name")).Order(StringComparer.Ordinal));
        Assert.Equal(await tmux.NamesAsync(), sessions.ToDictionary(s => s.Text("session_id"), s => s.Text("name")));
        foreach (var session in sessions)
        {
            var id = session.Text("id");
            Assert.Equal(session.Text("name"), (await exporter.JsonAsync("/api/sessions/" + Uri.EscapeDataString(id))).Text("name"));
        }

        Assert.Equal("", await Promtool.CheckMetricsAsync(page.Text));
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    public sealed class WithBuiltinClient() : HostOverSshTests("builtin");

    public sealed class WithOpenSsh() : HostOverSshTests("openssh");
}
