using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Api.Live;

/// <summary>The streams and the push, put together.</summary>
internal static class LiveParts
{
    public static void AddLive(this IServiceCollection services)
    {
        services.AddSingleton<StreamClients>();
        services.AddSingleton<LivePulse>();
        services.AddSingleton<LiveEvents>();
        services.AddSingleton<GpuFeed>();
        services.AddSingleton<HostFeed>();
        services.AddHostedService<LiveService>();
    }

    public static void MapLive(this IEndpointRouteBuilder routes)
    {
        routes.MapGpuStream();
        routes.MapWebSocket();
        routes.MapPush();
    }
}
