using FleetExporter.Config;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Overview;

/// <summary>Builds the overview from the current snapshots.</summary>
internal sealed partial class OverviewBuilder(FleetState state, TimeProvider clock, ILogger<OverviewBuilder> logger)
{
    /// <summary>The current parts; targets made by the API follow those of the configuration.</summary>
    public OverviewParts Build(FleetConfig config)
    {
        var names = config.Targets.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var stored = state.Targets.Select(s => s.Target).Where(t => !names.Contains(t.Name)).ToList();
        return new(stored.Count == 0 ? config : config with { Targets = [.. config.Targets, .. stored] }, state, clock.Now(), LogBug);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The GPUs of {Host} are missing from the overview; this is a bug of the exporter")]
    private partial void LogBug(string host, Exception error);
}
