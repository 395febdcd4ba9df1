using System.Text.Json;
using FleetExporter.Cli.Onboarding;
using FleetExporter.Config;
using FleetExporter.Polling;
using FleetExporter.Remote;
using Spectre.Console;

namespace FleetExporter.Cli;

/// <summary>Tries one host and prints a table of checks with verdict, reason and fix. Exit 0 when nothing failed, 1 otherwise.</summary>
internal static class ProbeCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static async Task<int> RunAsync(ConfigResult loaded, string name, string format, TextWriter output, CancellationToken stop)
    {
        ConfigReport.Write(loaded, Console.Error);
        if (!loaded.Success)
        {
            return ServeCommand.BadConfiguration;
        }

        if (loaded.Config.Hosts.FirstOrDefault(h => h.Name == name) is not { } host)
        {
            await Console.Error.WriteLineAsync($"fleet-exporter: no host is called {name}; there are: {string.Join(", ", loaded.Config.Hosts.Select(h => h.Name))}").ConfigureAwait(false);
            return 1;
        }

        using var controls = new ControlDirectory();
        IShell shell = host.Address is { } address ? new OpenSsh(address, host.Ssh, controls) : new LocalShell();
        var probe = new HostProbe(host, shell, TimeProvider.System);
        var checks = Console.IsErrorRedirected
            ? await probe.RunAsync(stop).ConfigureAwait(false)
            : await AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) })
                .Status().StartAsync($"Trying {Markup.Escape(name)}", _ => probe.RunAsync(stop)).ConfigureAwait(false);
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

    private static void Print(IReadOnlyList<Check> checks, TextWriter output)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("check", "verdict", "reason", "seen", "fix");
        foreach (var check in checks)
        {
            var colour = check.Verdict switch
            {
                Verdict.Ok => "green",
                Verdict.Failed => "red",
                _ => "grey",
            };
            table.AddRow(
                Markup.Escape(check.Name), $"[{colour}]{Words.Of(check.Verdict)}[/]", Markup.Escape(check.Reason ?? ""), Markup.Escape(check.Detail ?? ""),
                Markup.Escape(check.Fix ?? ""));
        }

        Screen.On(output).Write(table);
    }
}
