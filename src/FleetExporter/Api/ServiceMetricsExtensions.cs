using FleetExporter.Alerting;
using FleetExporter.Control;
using FleetExporter.Hosting;
using FleetExporter.Metrics;
using FleetExporter.Polling;
using FleetExporter.Store;
using FleetExporter.Streaming;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FleetExporter.Api;

/// <summary>Registers the service's own metrics.</summary>
internal static class ServiceMetricsExtensions
{
    /// <summary>The types that declare metrics, one or more per room.</summary>
    private static readonly Type[] Owners =
    [
        typeof(HttpMetrics), typeof(ControlMetrics), typeof(StoreMetrics), typeof(PollMetrics), typeof(StreamClients), typeof(Watchdog),
        typeof(DroppedSeries), typeof(LoopMetrics),
    ];

    public static void AddServiceMetrics(this IServiceCollection services)
    {
        services.AddSingleton<ServiceMetrics>();
        services.AddSingleton(s => new DroppedSeries(s.GetRequiredService<ServiceMetrics>(), ServicePage.Limited));
        foreach (var owner in Owners)
        {
            services.TryAddSingleton(owner);
        }
    }

    /// <summary>Creates all metrics, so that the first scrape has every family, used or not.</summary>
    public static void CreateMetrics(this IServiceProvider services)
    {
        services.GetRequiredService<ServiceMetrics>().AddRuntime();
        foreach (var owner in Owners)
        {
            services.GetRequiredService(owner);
        }
    }
}
