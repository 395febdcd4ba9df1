namespace FleetExporter.History;

/// <summary>Registers the history of values.</summary>
internal static class HistoryExtensions
{
    public static IServiceCollection AddHistory(this IServiceCollection services) => services
        .AddSingleton<RecentValues>()
        .AddHostedService(s => s.GetRequiredService<RecentValues>())
        .AddSingleton<PrometheusHistory>()
        .AddSingleton<ValueHistory>();
}
