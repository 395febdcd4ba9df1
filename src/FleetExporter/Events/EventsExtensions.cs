using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;

namespace FleetExporter.Events;

/// <summary>Registers the recorder of events, and takes those that other rooms report.</summary>
internal static class EventsExtensions
{
    public static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddSingleton<Kills>()
        .AddHostedService<EventRecorder>();

    /// <summary>Takes audited calls, jobs and reloads.</summary>
    public static void RecordEvents(this IServiceProvider services)
    {
        var (queue, kills) = (services.GetRequiredService<EventQueue>(), services.GetRequiredService<Kills>());
        var state = services.GetRequiredService<FleetState>();
        services.GetRequiredService<LiveConfig>().Reloaded += result => queue.Add(ExporterEvents.Reloaded(result));
        services.GetRequiredService<Jobs>().StatusChanged += change => queue.Add(JobEvents.Of(change));
        services.GetRequiredService<Audit>().Changed += call =>
        {
            kills.Take(call);
            if (CallEvents.Of(call, name => state.Find(name) is not null) is { } e)
            {
                queue.Add(e);
            }
        };
    }
}
