using FleetExporter.Metrics;

namespace FleetExporter.Control.Training;

/// <summary>Registers training jobs: their actions, and the loop that follows them.</summary>
internal static class TrainingExtensions
{
    public static IServiceCollection AddTraining(this IServiceCollection services) => services
        .AddSingleton<JobBoard>()
        .AddPagePart<JobBoard>()
        .AddSingleton<JobLocks>()
        .AddSingleton<JobProgress>()
        .AddSingleton<JobPlaces>()
        .AddSingleton<StartJob>()
        .AddSingleton<CancelJob>()
        .AddSingleton<ReadJobOutput>()
        .AddSingleton<JobFollower>()
        .AddHostedService(s => s.GetRequiredService<JobFollower>());
}
