using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FleetExporter.Cli.Common;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Polling.Targets;
using FleetExporter.Simulation;

namespace FleetExporter.Cli;

/// <summary>The options of <c>serve</c>, which the program without a command has too.</summary>
internal static class ServeOptions
{
    private static readonly Option<string?> ListenOption = new("--listen")
    {
        Description = "Address to listen on; overrides the configuration.",
        HelpName = "127.0.0.1:9470",
    };

    private static readonly Option<string[]> KeyOption = CreateKeyOption();

    private static readonly Option<int?> SimulateOption = new("--simulate")
    {
        Description = "Watch this many simulated hosts instead of real ones, to try the exporter without hardware.",
        HelpName = "20",
        CustomParser = SimulatedHostCount,
    };

    private static readonly Option<string?> SimulateKindOption = new Option<string?>("--simulate-kind")
    {
        Description = $"With --simulate: only hosts of this kind ({string.Join(", ", SimulatedHosts.Kinds)}); without it a mix of all.",
        HelpName = "gpu-server",
    }.AcceptOnlyFromAmong([.. SimulatedHosts.Kinds]);

    /// <param name="build">Builds the service; throws what <see cref="ServeCommand.RunAsync"/> reports.</param>
    public static void AddTo(Command command, Func<LiveConfig, WebApplication> build)
    {
        foreach (var option in (Option[])[ListenOption, SimulateOption, SimulateKindOption, KeyOption])
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, stop) => RunAsync(build, parsed, stop));
    }

    private static Option<string[]> CreateKeyOption()
    {
        var option = new Option<string[]>("--key")
        {
            Description = "Additional key as NAME:SCOPES:HASH; may be repeated.",
            HelpName = "prometheus:read:sha256:…",
        };
        option.Validators.Add(result =>
        {
            foreach (var text in result.GetValueOrDefault<string[]>() ?? [])
            {
                Usage.Check(result, AccessKeyText.TryParse(text, out _, out var error) ? null : $"--key: {error}");
            }
        });
        return option;
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

    private static async Task<int> RunAsync(Func<LiveConfig, WebApplication> build, ParseResult parsed, CancellationToken stop)
    {
        ConfigResult LoadAll() =>
            WithKeys(WithListen(ConfigOption.Load(parsed), parsed.GetValue(ListenOption)), parsed.GetValue(KeyOption) ?? []);
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

    private static ConfigResult WithListen(ConfigResult result, string? listen)
    {
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
