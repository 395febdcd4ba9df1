using System.CommandLine;
using FleetExporter.Cli.Common;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Polling.Targets;
using FleetExporter.Remote.Ssh;
using Spectre.Console;

namespace FleetExporter.Cli;

/// <summary>Validates the configuration and prints the hosts, how they are reached and which collectors run on them.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var check = new Command("check", "Validate the configuration and print what it watches; exit 0 or 1.");
        check.SetAction(parsed => Run(ConfigOption.Load(parsed), Console.Out, Console.Error));
        return check;
    }

    public static int Run(ConfigResult result, TextWriter output, TextWriter error)
    {
        ConfigReport.Write(result, error);
        if (!result.Success)
        {
            return 1;
        }

        var config = result.Config;
        WarnOfKeys(config, error);
        output.WriteLine($"{config.SourcePath ?? "no file, defaults only"}: valid");
        output.WriteLine($"listen {config.Listen}, data_dir {config.DataDir}, poll_interval {Duration.Format(config.PollInterval)}");
        var table = new Table().Border(TableBorder.Simple).AddColumns("host", "reached by", "collectors", "collectors off");
        foreach (var host in config.Hosts)
        {
            var off = CollectorCatalog.All.Select(c => (c.Name, Because: c.OffBecause(host, null))).Where(c => c.Because is not null).ToList();
            table.AddRow(
                Markup.Escape(host.Name),
                Markup.Escape(Transport(host)),
                Markup.Escape(string.Join(' ', CollectorCatalog.All.Select(c => c.Name).Except(off.Select(o => o.Name)))),
                Markup.Escape(string.Join("; ", off.Select(o => $"{o.Name} ({o.Because})"))));
        }

        Screen.On(output).Write(table);
        var targets = TargetCatalog.All.SelectMany(kind => kind.Kind.TargetsOf(config).Select(target => (Kind: kind.Name, Target: target))).ToList();
        if (targets.Count > 0)
        {
            var others = new Table().Border(TableBorder.Simple).AddColumns("target", "kind", "runs on");
            targets.ForEach(t => others.AddRow(Markup.Escape(t.Target.Name), t.Kind, Markup.Escape(t.Target.Host)));
            Screen.On(output).Write(others);
        }

        return 0;
    }

    private static void WarnOfKeys(FleetConfig config, TextWriter error)
    {
        foreach (var hosts in config.Hosts.Where(h => h.Address is not null).GroupBy(h => h.Ssh.KeyFile, StringComparer.Ordinal))
        {
            if (hosts.Key is { } file && PrivateKeys.ReadError(file) is { } problem)
            {
                error.WriteLine($"warning: {problem}; key_file of {string.Join(", ", hosts.Select(h => h.Name))}");
            }
        }
    }

    private static string Transport(HostConfig host) => host.Address is { } address
        ? $"ssh {(host.Ssh.User is { } user ? user + "@" : "")}{address}{(host.Ssh.KeyFile is { } key ? $" with {key}" : "")}, {Client(host.Ssh)}"
        : "this machine, no ssh";

    private static string Client(SshConfig ssh)
    {
        var choice = SshClientChoice.Of(ssh, Environment.GetEnvironmentVariable);
        var isMissing = !choice.IsBuiltin && !SshClientChoice.HasOpenSsh(Environment.GetEnvironmentVariable);
        return $"{choice.Client} ({choice.Reason}){(isMissing ? ", which is not installed on this machine" : "")}";
    }
}
