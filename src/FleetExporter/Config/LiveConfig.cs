namespace FleetExporter.Config;

/// <summary>The active configuration. Reads never block; a reload replaces it as a whole or not at all.</summary>
/// <param name="initial">Configuration at start-up.</param>
/// <param name="load">Loads the configuration, command-line options included.</param>
/// <param name="time">The clock of <see cref="LastReloadAt"/>.</param>
internal sealed class LiveConfig(FleetConfig initial, Func<ConfigResult> load, TimeProvider time)
{
    private sealed record Attempt(bool Success, DateTimeOffset At);

    private readonly Lock _reload = new();
    private volatile FleetConfig _current = initial;
    private volatile FleetConfig _loaded = initial;
    private volatile ValueMap<double> _storedThresholds = ValueMap<double>.Empty;
    private volatile Attempt _last = new(true, time.GetUtcNow());

    /// <summary>
    /// Raised with the old and the new configuration after a reload with changes, and after a change of a stored threshold; sequential and in order.
    /// </summary>
    public event Action<FleetConfig, FleetConfig>? Changed;

    /// <summary>Raised after every reload, successful or not: handlers must not block or throw.</summary>
    public event Action<ConfigResult>? Reloaded;

    public FleetConfig Current => _current;

    /// <summary>The active configuration without the thresholds of the store.</summary>
    public FleetConfig Loaded => _loaded;

    /// <summary>Whether the last reload succeeded; true before the first one.</summary>
    public bool LastReloadSuccess => _last.Success;

    /// <summary>Time of the last load, successful or not, start-up included.</summary>
    public DateTimeOffset LastReloadAt => _last.At;

    /// <summary>Reloads. With any error, the previous configuration stays active.</summary>
    /// <returns>The active configuration, with warnings for settings that need a restart; or the errors.</returns>
    public ConfigResult Reload()
    {
        lock (_reload)
        {
            var result = Apply(load());
            _last = new Attempt(result.Success, time.GetUtcNow());
            Reloaded?.Invoke(result);
            return result;
        }
    }

    /// <summary>Replaces thresholds of the configuration, now and after every reload.</summary>
    /// <param name="stored">By name of the threshold; without the others, which keep the value of the configuration.</param>
    public void SetStoredThresholds(ValueMap<double> stored)
    {
        lock (_reload)
        {
            _storedThresholds = stored;
            Activate(_loaded);
        }
    }

    private ConfigResult Apply(ConfigResult loaded)
    {
        if (!loaded.Success)
        {
            return loaded;
        }

        var old = _current;
        var (next, warnings) = KeepStartupSettings(loaded.Config, old);
        if (next.ListenError is { } error)
        {
            // The file may be valid with its own listen, which takes effect after a restart only.
            return ConfigResult.Failed(new ConfigError(next.SourcePath ?? "defaults", 0, 0, $"listen: the running {next.Listen} {error}"));
        }

        Activate(next);
        return ConfigResult.Loaded(next, [.. loaded.Warnings, .. warnings]);
    }

    private void Activate(FleetConfig loaded)
    {
        var (old, stored) = (_current, _storedThresholds);
        var next = loaded with
        {
            Thresholds = new ValueMap<double>(loaded.Thresholds.Select(t => stored.TryGetValue(t.Key, out var value) ? new(t.Key, value) : t)),
        };
        _loaded = loaded;
        if (next != old)
        {
            _current = next;
            Changed?.Invoke(old, next);
        }
    }

    private static (FleetConfig Config, List<string> Warnings) KeepStartupSettings(FleetConfig loaded, FleetConfig running)
    {
        var warnings = new List<string>();
        if (loaded.Listen != running.Listen)
        {
            warnings.Add("listen: a change requires a restart");
        }

        if (loaded.DataDir != running.DataDir)
        {
            warnings.Add("data_dir: a change requires a restart");
        }

        if (loaded.Tls != running.Tls)
        {
            warnings.Add("tls: a change requires a restart");
        }

        if (loaded.Store != running.Store)
        {
            warnings.Add("store: a change requires a restart");
        }

        return (loaded.WithDataDir(running.DataDir) with { Listen = running.Listen, Tls = running.Tls, Store = running.Store }, warnings);
    }
}
