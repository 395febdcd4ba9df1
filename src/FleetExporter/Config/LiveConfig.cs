namespace FleetExporter.Config;

/// <summary>The configuration the service runs with. Reading it never waits; a reload swaps it whole or leaves it as it is.</summary>
/// <param name="initial">What the service started with.</param>
/// <param name="load">Loads again, as at the start, what the command line adds included.</param>
/// <param name="time">The clock of <see cref="LastReloadAt"/>.</param>
internal sealed class LiveConfig(FleetConfig initial, Func<ConfigResult> load, TimeProvider time)
{
    private sealed record Attempt(bool Success, DateTimeOffset At);

    private readonly Lock _reload = new();
    private volatile FleetConfig _current = initial;
    private volatile Attempt _last = new(true, time.GetUtcNow());

    /// <summary>Raised with the old and the new configuration after a reload that changed something, one at a time and in order.</summary>
    public event Action<FleetConfig, FleetConfig>? Changed;

    public FleetConfig Current => _current;

    /// <summary>Whether the last reload was accepted; true until the first one.</summary>
    public bool LastReloadSuccess => _last.Success;

    /// <summary>When a configuration was last loaded, accepted or not; the start counts.</summary>
    public DateTimeOffset LastReloadAt => _last.At;

    /// <summary>Loads again. With a mistake anywhere the old configuration stays.</summary>
    /// <returns>What runs, with warnings for what takes effect at the next start only; or the mistakes.</returns>
    public ConfigResult Reload()
    {
        lock (_reload)
        {
            var result = load();
            _last = new Attempt(result.Success, time.GetUtcNow());
            if (!result.Success)
            {
                return result;
            }

            var old = _current;
            var (kept, warnings) = KeepWhatNeedsAStart(result.Config, old);
            if (kept.Objection is { } objection)
            {
                // The file alone may be right: with another listen, which takes effect at the next start only.
                _last = _last with { Success = false };
                return ConfigResult.Failed(new ConfigError(kept.SourcePath ?? "defaults", 0, 0, $"listen: the running {kept.Listen} {objection}"));
            }

            if (kept != old)
            {
                _current = kept;
                Changed?.Invoke(old, kept);
            }

            return ConfigResult.Loaded(kept, [.. result.Warnings, .. warnings]);
        }
    }

    private static (FleetConfig Config, List<string> Warnings) KeepWhatNeedsAStart(FleetConfig loaded, FleetConfig running)
    {
        var warnings = new List<string>();
        if (loaded.Listen != running.Listen)
        {
            warnings.Add("listen: a change takes effect at the next start");
        }

        if (loaded.DataDir != running.DataDir)
        {
            warnings.Add("data_dir: a change takes effect at the next start");
        }

        if (loaded.Tls != running.Tls)
        {
            warnings.Add("tls: a change takes effect at the next start");
        }

        if (loaded.Store != running.Store)
        {
            warnings.Add("store: a change takes effect at the next start");
        }

        return (loaded.WithDataDir(running.DataDir) with { Listen = running.Listen, Tls = running.Tls, Store = running.Store }, warnings);
    }
}
