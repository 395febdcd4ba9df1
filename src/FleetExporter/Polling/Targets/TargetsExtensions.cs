using FleetExporter.Targets;

namespace FleetExporter.Polling.Targets;

/// <summary>Registers the monitors of targets.</summary>
internal static class TargetsExtensions
{
    public static IServiceCollection AddTargets(this IServiceCollection services) => services.AddSingleton<TargetLinks>().AddSingleton<TargetSet>();
}
