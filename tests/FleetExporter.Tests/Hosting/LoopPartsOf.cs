using FleetExporter.Hosting;
using FleetExporter.Metrics;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.Tests.Hosting;

/// <summary>What a loop is run with, for tests.</summary>
internal static class LoopPartsOf
{
    public static LoopParts Clock(TimeProvider clock) => new(new LoopMetrics(new ServiceMetrics()), clock, NullLogger<HostedLoop>.Instance);
}
