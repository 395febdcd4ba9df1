using System.CommandLine;
using System.Text.Json;
using FleetExporter.Cli.Common;
using FleetExporter.Config;
using FleetExporter.Onboarding.Keys;
using FleetExporter.Onboarding.Probing;
using FleetExporter.Polling.Targets;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;
using Spectre.Console;

namespace FleetExporter.Cli;

/// <summary>
/// Tests one host or target and prints a table of checks with verdict and reason, then the fixes. Exit 0 if nothing failed, 1 otherwise.
/// </summary>
internal static class ProbeCommand
{
    private static readonly Argument<string> NameArgument = new("name")
    {
        Description = "Name of the host, service, provider, gateway or tunnel in fleet.yml."
    };

    private static readonly Option<string> FormatOption = new Option<string>("--format")
    {
        Description = "table or json.",
        DefaultValueFactory = _ => "table",
    }.AcceptOnlyFromAmong("table", "json");

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Create()
    {
        var probe = new Command(
            "probe", "Test one host step by step, or one service, provider, gateway or tunnel, and print fixes; exit 0 or 1.")
        {
            NameArgument,
            FormatOption,
        };
        probe.SetAction((parsed, stop) => RunAsync(
            ConfigOption.Load(parsed), parsed.GetValue(NameArgument)!, parsed.GetValue(FormatOption)!, Console.Out, stop));
        return probe;
    }

    public static async Task<int> RunAsync(ConfigResult loaded, string name, string format, TextWriter output, CancellationToken stop)
    {
        ConfigReport.Write(loaded, Console.Error);
        if (!loaded.Success)
        {
            return ExitCode.BadConfiguration;
        }

        using var shells = new SshShells(TimeProvider.System);
        if (ProbeOf(loaded.Config, name, shells) is not { } probe)
        {
            await Console.Error.WriteLineAsync(
                $"fleet-exporter: no host or target is named {name}; known names: {string.Join(", ", Names(loaded.Config))}").ConfigureAwait(false);
            return 1;
        }

        IReadOnlyList<Check> checks;
        try
        {
            checks = await RunAsync(probe, name, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }

        if (stop.IsCancellationRequested)
        {
            // A terminal sends Ctrl-C to ssh too, so the failures that follow are not the host's.
            return ExitCode.Interrupted;
        }

        if (format == "json")
        {
            var rows = checks.Select(c => new { check = c.Name, verdict = Words.Of(c.Verdict), c.Reason, c.Detail, c.Fix });
            await output.WriteLineAsync(JsonSerializer.Serialize(rows, Indented)).ConfigureAwait(false);
        }
        else
        {
            Print(checks, output);
        }

        return checks.Any(c => c.Verdict == Verdict.Failed) ? 1 : 0;
    }

    /// <summary>Shows the current step on standard error, if that is a terminal.</summary>
    private static async Task<IReadOnlyList<Check>> RunAsync(
        Func<CheckList, CancellationToken, Task> probe, string name, CancellationToken stop)
    {
        if (Console.IsErrorRedirected)
        {
            var silent = new CheckList();
            await probe(silent, stop).ConfigureAwait(false);
            return silent.Ended;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Status().StartAsync($"Testing {Markup.Escape(name)}", async status =>
        {
            var checks = new CheckList(check =>
            {
                status.Status = $"Testing {Markup.Escape(name)}: {Markup.Escape(check.Name)}";
                return ValueTask.CompletedTask;
            });
            await probe(checks, stop).ConfigureAwait(false);
            return checks.Ended;
        }).ConfigureAwait(false);
    }

    /// <summary>The probe of the host or target with this name; null if not configured.</summary>
    private static Func<CheckList, CancellationToken, Task>? ProbeOf(FleetConfig config, string name, SshShells shells)
    {
        if (config.Hosts.FirstOrDefault(h => h.Name == name) is { } host)
        {
            IShell shell = host.Address is { } address ? shells.Create(address, host.Ssh) : new LocalShell();
            return new HostProbe(host, shell, TimeProvider.System).RunAsync;
        }

        return (
            from kind in TargetCatalog.All
            from target in kind.Kind.TargetsOf(config)
            where target.Name == name
            select new TargetProbe(target, kind, TimeProvider.System, DeviceKeyFile.In(config.DataDir)))
            .FirstOrDefault() is { } probe ? probe.RunAsync : null;
    }

    private static IEnumerable<string> Names(FleetConfig config) =>
        config.Hosts.Select(h => h.Name).Concat(TargetCatalog.All.SelectMany(kind => kind.Kind.TargetsOf(config)).Select(t => t.Name));

    /// <summary>Fixes follow the table on lines that are never wrapped, so that commands can be copied.</summary>
    private static void Print(IReadOnlyList<Check> checks, TextWriter output)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("check", "verdict", "reason", "detail");
        foreach (var check in checks)
        {
            var colour = check.Verdict switch
            {
                Verdict.Ok => "green",
                Verdict.Failed => "red",
                _ => "grey",
            };
            table.AddRow(
                Markup.Escape(check.Name), $"[{colour}]{Words.Of(check.Verdict)}[/]", Markup.Escape(check.Reason ?? ""),
                Markup.Escape(check.Fix is null ? check.Detail ?? "" : ""));
        }

        Screen.On(output).Write(table);
        foreach (var same in checks.Where(c => c.Fix is not null).GroupBy(c => (c.Verdict, c.Reason, c.Detail, c.Fix)))
        {
            output.WriteLine($"{string.Join(", ", same.Select(c => c.Name))} {Words.Of(same.Key.Verdict)}: {same.Key.Detail}");
            output.WriteLine($"  {same.Key.Fix}");
            output.WriteLine();
        }
    }
}
