using FleetExporter.Config;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Overview;

/// <summary>Builds the overview from the current snapshots.</summary>
internal sealed partial class OverviewBuilder(FleetState state, TimeProvider clock, ILogger<OverviewBuilder> logger)
{
    /// <summary>The current parts.</summary>
    public OverviewParts Build(FleetConfig config) => new(config, state, clock.Now(), LogBug);

    [LoggerMessage(Level = LogLevel.Error, Message = "The GPUs of {Host} are missing from the overview; this is a bug of the exporter")]
    private partial void LogBug(string host, Exception error);
}
