using FleetExporter.Hosting;
using FleetExporter.Metrics;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.Tests.Hosting;

/// <summary>Dependencies of hosted loops, for tests.</summary>
internal static class TestLoopDependencies
{
    public static LoopDependencies Clock(TimeProvider clock) => new(new LoopMetrics(new ExporterMetrics()), clock, NullLogger<HostedLoop>.Instance);
}
