using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FleetExporter.Cli.Agent;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Polling.Targets;
using FleetExporter.Simulation;

namespace FleetExporter.Cli;

/// <summary>The commands and their options.</summary>
internal static class CommandLine
{
    /// <summary>The working directory's, and the one of the Debian package.</summary>
    private static readonly string[] DefaultPaths = ["fleet.yml", "/etc/fleet-exporter/fleet.yml"];

    private static readonly Option<FileInfo?> ConfigOption = new("--config", "-c")
    {
        Description = "Configuration file. Default: fleet.yml in the working directory, else /etc/fleet-exporter/fleet.yml; "
            + "without either, the exporter watches this machine.",
        HelpName = "fleet.yml",
        Recursive = true,
    };

    private static readonly Option<string?> ListenOption = new("--listen")
    {
        Description = "Address to listen on; overrides the configuration.",
        HelpName = "127.0.0.1:9470",
    };

    private static readonly Option<string[]> KeyOption = new("--key")
    {
        Description = "Additional key as NAME:SCOPES:HASH; may be repeated.",
        HelpName = "prometheus:read:sha256:…",
    };

    private static readonly Option<int?> SimulateOption = new("--simulate")
    {
        Description = "Watch this many simulated hosts instead of real ones, to try the exporter without hardware.",
        HelpName = "20",
        CustomParser = SimulatedHostCount,
    };

    private static readonly Option<string?> SimulateKindOption = new("--simulate-kind")
    {
        Description = $"With --simulate: only hosts of this kind ({string.Join(", ", SimulatedHosts.Kinds)}); without it a mix of all.",
        HelpName = "gpu-server",
    };

    private static readonly Option<string> FormatOption =
        new("--format") { Description = "table, json or markdown.", DefaultValueFactory = _ => "table" };

    private static readonly Option<string> ProbeFormatOption = new("--format") { Description = "table or json.", DefaultValueFactory = _ => "table" };

    private static readonly Option<string> KeyFormatOption = new("--format") { Description = "text or json.", DefaultValueFactory = _ => "text" };

    private static readonly Option<string> LoginFormatOption = new("--format") { Description = "text or json.", DefaultValueFactory = _ => "text" };

    private static readonly Option<string> ScopesOption = new("--scopes")
    {
        Description = "Scopes of the key, separated by commas: read, control, push, admin.",
        HelpName = "read,control",
        DefaultValueFactory = _ => "read",
    };

    private static readonly Argument<string?> KeyNameArgument = new("name")
    {
        Description = "Name of the key, shown in the audit.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> DeviceOption = new("--device")
    {
        Description = "Create a key for this device, which pushes its GPUs, instead of a named key.",
        HelpName = "name",
    };

    private static readonly Argument<string> NameArgument = new("name")
    {
        Description = "Name of the host, service, provider, gateway or tunnel in fleet.yml."
    };

    private static readonly Argument<string> HostArgument = new("host") { Description = "Name of the host in fleet.yml, or its address." };

    private static readonly Option<string?> FingerprintOption = new("--fingerprint")
    {
        Description = "Trust the key without asking if it has this fingerprint (ssh-keygen -l on the host).",
        HelpName = "SHA256:...",
    };

    private static readonly Option<bool> YesOption = new("--yes") { Description = "Trust the presented key without comparing it." };

    /// <param name="build">Builds the service of <c>serve</c>; throws what <see cref="ServeCommand.RunAsync"/> reports.</param>
    public static RootCommand Create(Func<LiveConfig, WebApplication> build)
    {
        ProbeFormatOption.AcceptOnlyFromAmong("table", "json");
        FormatOption.AcceptOnlyFromAmong("table", "json", "markdown");
        SimulateKindOption.AcceptOnlyFromAmong([.. SimulatedHosts.Kinds]);
        KeyOption.Validators.Add(result =>
        {
            foreach (var text in result.GetValueOrDefault<string[]>() ?? [])
            {
                Validate(result, AccessKeyText.TryParse(text, out _, out var error) ? null : $"--key: {error}");
            }
        });
        var root = new RootCommand("Watches GPU machines over SSH and publishes their metrics on /metrics.")
        {
            ConfigOption, ListenOption, SimulateOption, SimulateKindOption, KeyOption,
        };
        root.SetAction((parsed, stop) => Serve(build, parsed, stop));

        var serve = new Command("serve", "Run the service (the default).") { ListenOption, SimulateOption, SimulateKindOption, KeyOption };
        serve.SetAction((parsed, stop) => Serve(build, parsed, stop));
        root.Subcommands.Add(serve);

        var check = new Command("check", "Validate the configuration and print what it watches; exit 0 or 1.");
        check.SetAction(parsed => CheckCommand.Run(Load(parsed, null), Console.Out, Console.Error));
        root.Subcommands.Add(check);

        var probe = new Command(
            "probe", "Test one host step by step, or one service, provider, gateway or tunnel, and print fixes; exit 0 or 1.")
        {
            NameArgument,
            ProbeFormatOption
        };
        probe.SetAction((parsed, stop) =>
            ProbeCommand.RunAsync(Load(parsed, null), parsed.GetValue(NameArgument)!, parsed.GetValue(ProbeFormatOption)!, Console.Out, stop));
        root.Subcommands.Add(probe);

        var trust = new Command("trust", "Show the key of a host and, once confirmed, add it to known_hosts; exit 0 or 1.")
        {
            HostArgument, FingerprintOption, YesOption,
        };
        trust.SetAction((parsed, stop) =>
        {
            var answer = new TrustOptions(parsed.GetValue(YesOption), parsed.GetValue(FingerprintOption));
            return TrustCommand.RunAsync(Load(parsed, null), parsed.GetValue(HostArgument)!, answer, Console.In, Console.Out, stop);
        });
        root.Subcommands.Add(trust);

        var metrics = new Command("metrics", "Print the metrics that the exporter can publish.") { FormatOption };
        metrics.SetAction(parsed => MetricsCommand.Run(parsed.GetValue(FormatOption)!, Console.Out));
        root.Subcommands.Add(metrics);

        LoginFormatOption.AcceptOnlyFromAmong("text", "json");
        var login = new Command("login", "Print a link that logs a browser on this machine in as admin, once, within 15 minutes.")
        {
            LoginFormatOption,
        };
        login.SetAction((parsed, stop) =>
            LoginCommand.RunAsync(Load(parsed, null), parsed.GetValue(LoginFormatOption)!, Console.Out, Console.Error, stop));
        root.Subcommands.Add(login);

        KeyFormatOption.AcceptOnlyFromAmong("text", "json");
        root.Subcommands.Add(new Command("key", "Manage keys of the service.") { CreateKeyCommand() });
        root.Subcommands.Add(AgentCommand.Create());
        return root;
    }

    private static Command CreateKeyCommand()
    {
        KeyNameArgument.Validators.Add(result => Validate(result, result.Tokens is [var name] ? AccessKeyText.NameError(name.Value) : null));
        DeviceOption.Validators.Add(result => Validate(result, AccessKeyText.NameError(result.GetValueOrDefault<string>() ?? "")));
        ScopesOption.Validators.Add(result => Validate(result, AccessKeyText.ScopesError(result.GetValueOrDefault<string>() ?? "")));
        var command = new Command("new", "Create a key and print it with its line for fleet.yml.")
        {
            KeyNameArgument, ScopesOption, DeviceOption, KeyFormatOption,
        };
        command.Validators.Add(result =>
        {
            var named = result.GetResult(KeyNameArgument) is { Tokens.Count: > 0 };
            var device = result.GetResult(DeviceOption) is { Implicit: false };
            var hasScopes = result.GetResult(ScopesOption) is { Implicit: false };
            Validate(result, named == device ? "Specify either the name of the key or --device NAME."
                : device && hasScopes ? "A device key has no scopes; remove --scopes."
                : null);
        });
        command.SetAction(parsed =>
        {
            var format = parsed.GetValue(KeyFormatOption)!;
            return parsed.GetValue(DeviceOption) is { } device
                ? KeyCommand.CreateDeviceKey(device, format, Console.Out)
                : KeyCommand.CreateKey(
                    parsed.GetValue(KeyNameArgument)!, AccessKeyText.ScopesOf(parsed.GetValue(ScopesOption)!), format, Console.Out);
        });
        return command;
    }

    private static int? SimulatedHostCount(ArgumentResult result)
    {
        if (result.Tokens is [{ Value: var text }]
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var hosts) && hosts is >= 1 and <= 10_000)
        {
            return hosts;
        }

        result.AddError("--simulate must be 1 to 10000");
        return null;
    }

    private static void Validate(SymbolResult result, string? error)
    {
        if (error is not null)
        {
            result.AddError(error);
        }
    }

    private static async Task<int> Serve(Func<LiveConfig, WebApplication> build, ParseResult parsed, CancellationToken stop)
    {
        var listen = parsed.GetValue(ListenOption);
        ConfigResult LoadAll() => WithKeys(Load(parsed, listen), parsed.GetValue(KeyOption) ?? []);
        if (parsed.GetValue(SimulateOption) is not { } hosts)
        {
            return await ServeCommand.RunAsync(build, LoadAll, stop).ConfigureAwait(false);
        }

        var targets = await SimulatedTargets.StartAsync(TargetCatalog.All, TimeProvider.System, stop).ConfigureAwait(false);
        await using (targets.ConfigureAwait(false))
        {
            var kind = parsed.GetValue(SimulateKindOption);
            return await ServeCommand.RunAsync(build, () => LoadAll().With(c => SimulatedFleet.With(c, hosts, kind, targets)), stop)
                .ConfigureAwait(false);
        }
    }

    private static ConfigResult Load(ParseResult parsed, string? listen)
    {
        var path = parsed.GetValue(ConfigOption)?.ToString() ?? DefaultPaths.FirstOrDefault(File.Exists);
        var result = ConfigFile.Load(path, TargetCatalog.Kinds, Environment.GetEnvironmentVariable);
        if (listen is null || !result.Success)
        {
            return result;
        }

        if (!ListenAddress.TryParse(listen, out var address, out var error))
        {
            return ConfigResult.Failed(new ConfigError("--listen", 0, 0, $"{listen} {error}"));
        }

        var moved = result.Config with { Listen = address };
        return moved.ListenError is { } objection
            ? ConfigResult.Failed(new ConfigError("--listen", 0, 0, $"{listen} {objection}"))
            : ConfigResult.Loaded(moved, moved.Warnings);
    }

    private static ConfigResult WithKeys(ConfigResult result, IReadOnlyList<string> texts)
    {
        var keys = new List<AccessKey>();
        foreach (var text in result.Success ? texts : [])
        {
            if (!AccessKeyText.TryParse(text, out var key, out var error))
            {
                return ConfigResult.Failed(new ConfigError("--key", 0, 0, error));
            }

            if (result.Config!.Keys.Concat(keys).FirstOrDefault(other => other.Name == key.Name || other.Hash == key.Hash) is { } taken)
            {
                return ConfigResult.Failed(new ConfigError("--key", 0, 0, $"has the name or hash of the existing key '{taken.Name}'; use another"));
            }

            keys.Add(key);
        }

        return result.With(config => config with { CommandLineKeys = [.. keys] });
    }
}
