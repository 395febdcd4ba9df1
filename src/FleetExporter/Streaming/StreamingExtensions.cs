using FleetExporter.Alerting;
using FleetExporter.Events;
using FleetExporter.Metrics;
using FleetExporter.Store;

namespace FleetExporter.Streaming;

/// <summary>Registers the live values and their readers.</summary>
internal static class StreamingExtensions
{
    public static IServiceCollection AddStreaming(this IServiceCollection services) => services
        .AddExporterMetrics<StreamClients>()
        .AddSingleton<OneSecondTimer>()
        .AddSingleton<LiveEvents>()
        .AddSingleton<GpuFeed>()
        .AddSingleton<HostFeed>()
        .AddSingleton<AgentFeed>()
        .AddHostedService<FeedUpdater>();

    /// <summary>Publishes stored events to <c>/ws</c>.</summary>
    public static void PublishEvents(this IServiceProvider services)
    {
        var live = services.GetRequiredService<LiveEvents>();
        services.GetRequiredService<EventWriter>().Written += e => live.Publish("event", EventView.Of(e));
    }

    /// <summary>Publishes firing and cleared alerts to <c>/ws</c>.</summary>
    public static void PublishAlerts(this IServiceProvider services)
    {
        var events = services.GetRequiredService<LiveEvents>();
        services.GetRequiredService<AlertFeed>().Changed += (name, data) =>
        {
            if (data is AlertView alert)
            {
                events.Begin(alert.Id, name, alert);
            }
            else if (data is AlertCleared cleared)
            {
                events.End(cleared.Id, name, cleared);
            }
        };
    }
}
