using System.CommandLine;
using FleetExporter.Cli.Agent;
using FleetExporter.Config;
using FleetExporter.Simulation;

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

    private static readonly Option<int?> SimulateOption = new("--simulate")
    {
        Description = "Watch this many simulated hosts instead of real ones, to look around without hardware.",
        HelpName = "20",
    };

    private static readonly Option<string> FormatOption = new("--format") { Description = "table, json or markdown.", DefaultValueFactory = _ => "table" };

    private static readonly Option<string> ProbeFormatOption = new("--format") { Description = "table or json.", DefaultValueFactory = _ => "table" };

    private static readonly Option<string> KeyFormatOption = new("--format") { Description = "text or json.", DefaultValueFactory = _ => "text" };

    private static readonly Option<string> ScopesOption = new("--scopes")
    {
        Description = "What the key may do: read, control, push, admin, with commas between.",
        HelpName = "read,control",
        DefaultValueFactory = _ => "read",
    };

    private static readonly Argument<string> KeyNameArgument = new("name") { Description = "Name of the key, as the audit shows it." };

    private static readonly Argument<string> NameArgument = new("name") { Description = "Name of the host, service, provider, gateway or tunnel in fleet.yml." };

    public static RootCommand Create()
    {
        ProbeFormatOption.AcceptOnlyFromAmong("table", "json");
        SimulateOption.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 10_000)
            {
                result.AddError("--simulate: give 1 to 10000 hosts");
            }
        });
        FormatOption.AcceptOnlyFromAmong("table", "json", "markdown");
        var root = new RootCommand("Watches GPU machines over SSH and publishes what it sees on /metrics.") { ConfigOption, ListenOption, SimulateOption };
        root.SetAction((parsed, stop) => Serve(parsed, stop));

        var serve = new Command("serve", "Run the service (the default).") { ListenOption, SimulateOption };
        serve.SetAction((parsed, stop) => Serve(parsed, stop));
        root.Subcommands.Add(serve);

        var check = new Command("check", "Validate the configuration and print what would be watched; exit 0 or 1.");
        check.SetAction(parsed => CheckCommand.Run(Load(parsed, null), Console.Out, Console.Error));
        root.Subcommands.Add(check);

        var probe = new Command("probe", "Try one host step by step, or one service, provider, gateway or tunnel, and say what to mend; exit 0 or 1.") { NameArgument, ProbeFormatOption };
        probe.SetAction((parsed, stop) =>
            ProbeCommand.RunAsync(Load(parsed, null), parsed.GetValue(NameArgument)!, parsed.GetValue(ProbeFormatOption)!, Console.Out, stop));
        root.Subcommands.Add(probe);

        var metrics = new Command("metrics", "Print the catalogue of metrics.") { FormatOption };
        metrics.SetAction(parsed => MetricsCommand.Run(parsed.GetValue(FormatOption)!, Console.Out));
        root.Subcommands.Add(metrics);

        KeyFormatOption.AcceptOnlyFromAmong("text", "json");
        KeyNameArgument.Validators.Add(result => Validate(result, AccessKeyText.NameError(result.GetValueOrDefault<string>() ?? "")));
        ScopesOption.Validators.Add(result => Validate(result, AccessKeyText.ScopesError(result.GetValueOrDefault<string>() ?? "")));
        var newKey = new Command("new", "Make a key: print it once, and the line for fleet.yml.") { KeyNameArgument, ScopesOption, KeyFormatOption };
        newKey.SetAction(parsed => KeyCommand.New(
            parsed.GetValue(KeyNameArgument)!, AccessKeyText.ScopesOf(parsed.GetValue(ScopesOption)!), parsed.GetValue(KeyFormatOption)!, Console.Out));
        root.Subcommands.Add(new Command("key", "Keys of the service.") { newKey });
        root.Subcommands.Add(AgentCommand.Create());
        return root;
    }

    private static void Validate(System.CommandLine.Parsing.SymbolResult result, string? error)
    {
        if (error is not null)
        {
            result.AddError(error);
        }
    }

    private static async Task<int> Serve(ParseResult parsed, CancellationToken stop)
    {
        var listen = parsed.GetValue(ListenOption);
        if (parsed.GetValue(SimulateOption) is not { } hosts)
        {
            return await ServeCommand.RunAsync(() => Load(parsed, listen), stop).ConfigureAwait(false);
        }

        var targets = await SimulatedTargets.StartAsync(TimeProvider.System, stop).ConfigureAwait(false);
        await using (targets.ConfigureAwait(false))
        {
            return await ServeCommand.RunAsync(() => Load(parsed, listen).With(c => SimulatedFleet.With(c, hosts, targets)), stop).ConfigureAwait(false);
        }
    }

    private static ConfigResult Load(ParseResult parsed, string? listen)
    {
        var path = parsed.GetValue(ConfigOption)?.ToString() ?? (File.Exists("fleet.yml") ? "fleet.yml" : null);
        var result = ConfigFile.Load(path, Environment.GetEnvironmentVariable);
        if (listen is null || !result.Success)
        {
            return result;
        }

        if (!ListenAddress.TryParse(listen, out var address, out var error))
        {
            return ConfigResult.Failed(new ConfigError("--listen", 0, 0, $"{listen} {error}"));
        }

        var moved = result.Config with { Listen = address };
        return moved.Objection is { } objection
            ? ConfigResult.Failed(new ConfigError("--listen", 0, 0, $"{listen} {objection}"))
            : ConfigResult.Loaded(moved, moved.Cautions);
    }
}
