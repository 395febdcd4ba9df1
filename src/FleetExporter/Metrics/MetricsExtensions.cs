using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FleetExporter.Metrics;

/// <summary>Registers the service's own metrics and the parts of the page.</summary>
internal static class MetricsExtensions
{
    /// <param name="limited">Families with a limited number of series.</param>
    public static IServiceCollection AddMetrics(this IServiceCollection services, IEnumerable<MetricFamily> limited) => services
        .AddSingleton<ExporterMetrics>()
        .AddSingleton(s => new DroppedSeries(s.GetRequiredService<ExporterMetrics>(), limited))
        .AddExporterMetrics<DroppedSeries>();

    /// <summary>Registers a type that declares metrics, so that the first scrape has its families, used or not.</summary>
    public static IServiceCollection AddExporterMetrics<T>(this IServiceCollection services)
        where T : class
    {
        services.TryAddSingleton<T>();
        return services.AddSingleton(new Owner(typeof(T)));
    }

    /// <summary>Adds the families of an already registered singleton to the page.</summary>
    public static IServiceCollection AddPagePart<T>(this IServiceCollection services)
        where T : class, IPagePart => services.AddSingleton<IPagePart>(s => s.GetRequiredService<T>());

    /// <summary>Creates all types that declare metrics, and with them their families.</summary>
    public static void CreateMetrics(this IServiceProvider services)
    {
        services.GetRequiredService<ExporterMetrics>().AddRuntime();
        foreach (var owner in services.GetServices<Owner>())
        {
            services.GetRequiredService(owner.Type);
        }
    }

    private sealed record Owner(Type Type);
}
