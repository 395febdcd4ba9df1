using System.CommandLine;
using FleetExporter.Config;

namespace FleetExporter.Cli;

/// <summary>The commands and their options.</summary>
public static class CommandLine
{
    private static readonly Option<FileInfo?> ConfigOption = new("--config", "-c")
    {
        Description = "The configuration. Default: fleet.yml in the working directory; without one, this machine is watched.",
        HelpName = "fleet.yml",
        Recursive = true,
    };

    private static readonly Option<string?> ListenOption = new("--listen")
    {
        Description = "Address to listen on instead of the configuration's.",
        HelpName = "127.0.0.1:9470",
    };

    private static readonly Option<string> FormatOption = new("--format") { Description = "table, json or markdown.", DefaultValueFactory = _ => "table" };

    public static RootCommand Create()
    {
        FormatOption.AcceptOnlyFromAmong("table", "json", "markdown");
        var root = new RootCommand("Watches GPU machines over SSH and publishes what it sees on /metrics.") { ConfigOption, ListenOption };
        root.SetAction((parsed, stop) => Serve(parsed, stop));

        var serve = new Command("serve", "Run the service (the default).") { ListenOption };
        serve.SetAction((parsed, stop) => Serve(parsed, stop));
        root.Subcommands.Add(serve);

        var check = new Command("check", "Validate the configuration and print what would be watched; exit 0 or 1.");
        check.SetAction(parsed => CheckCommand.Run(Load(parsed, null), Console.Out, Console.Error));
        root.Subcommands.Add(check);

        var metrics = new Command("metrics", "Print the catalogue of metrics.") { FormatOption };
        metrics.SetAction(parsed => MetricsCommand.Run(parsed.GetValue(FormatOption)!, Console.Out));
        root.Subcommands.Add(metrics);
        return root;
    }

    private static Task<int> Serve(ParseResult parsed, CancellationToken stop)
    {
        var listen = parsed.GetValue(ListenOption);
        return ServeCommand.RunAsync(() => Load(parsed, listen), stop);
    }

    private static ConfigResult Load(ParseResult parsed, string? listen)
    {
        var path = parsed.GetValue(ConfigOption)?.ToString() ?? (File.Exists("fleet.yml") ? "fleet.yml" : null);
        var result = ConfigFile.Load(path, Environment.GetEnvironmentVariable);
        if (listen is null || !result.Success)
        {
            return result;
        }

        return ListenAddress.TryParse(listen, out var address, out var error)
            ? result.With(c => c with { Listen = address })
            : ConfigResult.Failed(new ConfigError("--listen", 0, 0, $"{listen} {error}"));
    }
}
