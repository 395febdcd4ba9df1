using FleetExporter.Alerting;
using FleetExporter.Streaming;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Api.Streaming;

/// <summary>Registers the services and routes of the streams and of the push.</summary>
internal static class StreamingExtensions
{
    public static void AddStreaming(this IServiceCollection services)
    {
        services.AddSingleton<OneSecondTimer>();
        services.AddSingleton<LiveEvents>();
        services.AddSingleton<GpuFeed>();
        services.AddSingleton<HostFeed>();
        services.AddHostedService<FeedUpdater>();
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

    public static void MapStreaming(this IEndpointRouteBuilder routes)
    {
        routes.MapGpuStream();
        routes.MapWebSocket();
        routes.MapPush();
    }
}
