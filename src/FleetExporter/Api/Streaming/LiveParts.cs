using FleetExporter.Alerting;
using FleetExporter.Streaming;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Api.Streaming;

/// <summary>The streams and the push, put together.</summary>
internal static class LiveParts
{
    public static void AddLive(this IServiceCollection services)
    {
        services.AddSingleton<LivePulse>();
        services.AddSingleton<LiveEvents>();
        services.AddSingleton<GpuFeed>();
        services.AddSingleton<HostFeed>();
        services.AddHostedService<LiveService>();
    }

    /// <summary>What fires is part of the state that <c>/ws</c> tells.</summary>
    public static void TellAlerts(this IServiceProvider services)
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

    public static void MapLive(this IEndpointRouteBuilder routes)
    {
        routes.MapGpuStream();
        routes.MapWebSocket();
        routes.MapPush();
    }
}
