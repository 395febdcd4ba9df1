namespace FleetExporter.Control.Commands;

/// <summary>Registers the commands that run on hosts.</summary>
internal static class CommandsExtensions
{
    public static IServiceCollection AddCommands(this IServiceCollection services) => services
        .AddSingleton<RunningCommands>()
        .AddSingleton<ReadJournal>()
        .AddSingleton<RunCommand>()
        .AddSingleton<CancelCommand>();
}
