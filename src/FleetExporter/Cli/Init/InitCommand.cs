using System.CommandLine;
using FleetExporter.Cli.Common;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Onboarding.Probing;
using FleetExporter.Polling.Targets;

namespace FleetExporter.Cli.Init;

/// <summary>Writes a fleet.yml for the given hosts, with what it found on each as a comment. Exit 0, or 1 if nothing was written.</summary>
/// <param name="canAsk">Whether a person answers.</param>
/// <param name="messages">Everything but a file that goes to standard output.</param>
internal sealed class InitCommand(ParseResult parsed, bool canAsk, TextReader input, TextWriter output, TextWriter messages)
{
    private const string StandardOutput = "-";

    private readonly string _file = parsed.GetValue(InitOptions.Output)!;

    public static Command Create()
    {
        var init = new Command("init", "Write a fleet.yml for these hosts, or for this machine, and test each host; exit 0 or 1.");
        foreach (var option in InitOptions.All)
        {
            init.Options.Add(option);
        }

        init.SetAction((parsed, stop) =>
        {
            var canAsk = !parsed.GetValue(InitOptions.Yes) && !Console.IsInputRedirected && !Console.IsErrorRedirected;
            return new InitCommand(parsed, canAsk, Console.In, Console.Out, Console.Error).RunAsync(stop);
        });
        return init;
    }

    public async Task<int> RunAsync(CancellationToken stop)
    {
        if (!parsed.GetValue(InitOptions.Force) && _file != StandardOutput && Path.Exists(_file))
        {
            return Refuse([$"{_file} exists; choose another with --output, or replace it with --force"]);
        }

        var given = InitOptions.Read(parsed);
        if (canAsk && given is { Hosts.Count: 0, Errors.Count: 0 })
        {
            InitQuestions.Ask(given, input, messages);
        }

        if (given is { Hosts.Count: 0, Errors.Count: 0 })
        {
            given.Add("this machine", new InitHost(ThisMachine.Name, null));
        }

        var loaded = Parse(InitFile.Text(given, new Dictionary<string, IReadOnlyList<string>>()));
        if (given.Errors.Count > 0 || !loaded.Success || loaded.Warnings.Count > 0)
        {
            return Refuse([.. given.Errors, .. loaded.Errors.Select(e => e.Message), .. loaded.Warnings]);
        }

        foreach (var note in given.Notes)
        {
            await messages.WriteLineAsync($"note: {note}").ConfigureAwait(false);
        }

        var text = InitFile.Text(given, await FindAsync(loaded.Config, stop).ConfigureAwait(false));
        if (!Parse(text).Success)
        {
            throw new InvalidOperationException("comments changed the configuration");
        }

        return await WriteAsync(text).ConfigureAwait(false);
    }

    private ConfigResult Parse(string text) => ConfigFile.Parse(
        text, _file == StandardOutput ? ConfigOption.DefaultFile : _file, TargetCatalog.Kinds, Environment.GetEnvironmentVariable);

    /// <returns>The comments by host.</returns>
    private async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> FindAsync(FleetConfig config, CancellationToken stop)
    {
        if (parsed.GetValue(InitOptions.NoProbe))
        {
            return new Dictionary<string, IReadOnlyList<string>>();
        }

        await messages.WriteLineAsync($"Testing {config.Hosts.Count} host{(config.Hosts.Count == 1 ? "" : "s")}").ConfigureAwait(false);
        var found = new Dictionary<string, IReadOnlyList<Check>>(await InitProbes.RunAsync(config.Hosts, Report, stop).ConfigureAwait(false));
        var trustAll = parsed.GetValue(InitOptions.TrustOnFirstUse);
        var trusted = new List<HostConfig>();
        foreach (var host in config.Hosts.Where(h => (trustAll || canAsk) && HostVerdict.HasUnknownKey(found[h.Name])))
        {
            if (await new InitKeys(trustAll, input, messages).TrustAsync(host, stop).ConfigureAwait(false))
            {
                trusted.Add(host);
            }
        }

        foreach (var (name, checks) in await InitProbes.RunAsync(trusted, Report, stop).ConfigureAwait(false))
        {
            found[name] = checks;
        }

        var reached = found.Values.Count(HostVerdict.IsReached);
        await messages.WriteLineAsync($"{reached} of {found.Count} reached").ConfigureAwait(false);
        return found.ToDictionary(f => f.Key, f => HostVerdict.Lines(f.Key, f.Value));
    }

    private void Report(string name, IReadOnlyList<Check> checks)
    {
        foreach (var (index, line) in HostVerdict.Lines(name, checks).Index())
        {
            messages.WriteLine($"{(index == 0 ? $"{name}: " : "  ")}{Printable.Line(line, 400)}");
        }
    }

    /// <summary>Writes a temporary file and renames it.</summary>
    private async Task<int> WriteAsync(string text)
    {
        if (_file == StandardOutput)
        {
            await output.WriteAsync(text).ConfigureAwait(false);
            return 0;
        }

        var draft = $"{_file}.{Environment.ProcessId}.new";
        try
        {
            var stream = new FileStream(draft, FileMode.CreateNew);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text)).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, _file, overwrite: parsed.GetValue(InitOptions.Force));
            await messages.WriteLineAsync($"Written to {_file}. Next: fleet-exporter check, then fleet-exporter serve.").ConfigureAwait(false);
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(draft);
            return Refuse([e.Message]);
        }
    }

    private int Refuse(IReadOnlyList<string> mistakes)
    {
        foreach (var mistake in mistakes)
        {
            messages.WriteLine(mistake);
        }

        messages.WriteLine("fleet-exporter: nothing was written");
        return ExitCode.Failed;
    }
}
