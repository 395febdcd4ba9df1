using System.CommandLine;
using FleetExporter.Cli.Agent;
using FleetExporter.Cli.Backup;
using FleetExporter.Cli.Common;
using FleetExporter.Cli.Doctor;
using FleetExporter.Cli.Init;
using FleetExporter.Config;

namespace FleetExporter.Cli;

/// <summary>The commands. Each has its options in its own file.</summary>
internal static class CommandLine
{
    /// <param name="build">Builds the service of <c>serve</c>; throws what <see cref="ServeCommand.RunAsync"/> reports.</param>
    public static RootCommand Create(Func<LiveConfig, WebApplication> build)
    {
        var root = new RootCommand("Watches GPU machines over SSH and publishes their metrics on /metrics.")
        {
            ConfigOption.Option,
        };
        ServeOptions.AddTo(root, build);
        var serve = new Command("serve", "Run the service (the default).");
        ServeOptions.AddTo(serve, build);
        Command[] commands =
        [
            serve, InitCommand.Create(), CheckCommand.Create(), DoctorCommand.Create(), ProbeCommand.Create(), TrustCommand.Create(),
            LoginCommand.Create(), KeyCommand.Create(), MetricsCommand.Create(), BackupCommand.Create(), RestoreCommand.Create(),
            AgentCommand.Create(),
        ];
        foreach (var command in commands)
        {
            root.Subcommands.Add(command);
        }

        return root;
    }
}
