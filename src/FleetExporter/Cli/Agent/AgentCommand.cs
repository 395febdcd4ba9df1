using System.CommandLine;
using FleetExporter.Config;

namespace FleetExporter.Cli.Agent;

/// <summary><c>agent</c>: pushes this machine's GPUs to a service that cannot reach it.</summary>
internal static class AgentCommand
{
    private static readonly Option<string> PushOption =
        new("--push") { Description = "The service to push to.", HelpName = "https://fleet.example:9470", Required = true };

    private static readonly Option<FileInfo> KeyFileOption =
        new("--key-file") { Description = "File that holds the device's key on one line.", HelpName = "device.key", Required = true };

    private static readonly Option<string> IntervalOption =
        new("--interval") { Description = "Time between two pushes, 500ms to 1h.", HelpName = "2s", DefaultValueFactory = _ => "2s" };

    private static readonly Option<bool> OnceOption = new("--once") { Description = "Push once and exit: 0 if the service accepted it, 1 if not." };

    public static Command Create()
    {
        PushOption.Validators.Add(result =>
            Check(result, UrlOf(result.GetValueOrDefault<string>() ?? "") is null
                ? "--push must be http://HOST:PORT or https://HOST:PORT, without user and password"
                : null));
        IntervalOption.Validators.Add(result =>
            Check(result, IntervalOf(result.GetValueOrDefault<string>() ?? "") is null ? "--interval must be 500ms to 1h" : null));
        var agent = new Command("agent", "Push this machine's GPUs, read with nvidia-smi, to a service that cannot reach it over SSH.")
        {
            PushOption,
            KeyFileOption,
            IntervalOption,
            OnceOption
        };
        agent.SetAction((parsed, stop) => RunAsync(
            UrlOf(parsed.GetValue(PushOption)!)!, parsed.GetValue(KeyFileOption)!.FullName, IntervalOf(parsed.GetValue(IntervalOption)!)!.Value,
            parsed.GetValue(OnceOption), stop));
        return agent;
    }

    private static async Task<int> RunAsync(Uri service, string keyFile, TimeSpan interval, bool once, CancellationToken stop)
    {
        var smi = new NvidiaSmi(TimeProvider.System);
        using var client = new PushClient(service, keyFile);
        PushLoop Create(Action<string> report) => new(smi.ReadAsync, client.PushAsync, interval, TimeProvider.System, report);
        if (WindowsAgent.IsService)
        {
            return await WindowsAgent.RunAsync(Create, stop).ConfigureAwait(false);
        }

        var loop = Create(line => Console.Error.WriteLine($"fleet-exporter agent: {line}"));
        if (service.Scheme == Uri.UriSchemeHttp && !service.IsLoopback)
        {
            await Console.Error.WriteLineAsync("fleet-exporter agent: warning: without https the key is sent unencrypted").ConfigureAwait(false);
        }

        if (once)
        {
            return await loop.TryAsync(stop).ConfigureAwait(false) is null && !stop.IsCancellationRequested ? 0 : 1;
        }

        await loop.RunAsync(stop).ConfigureAwait(false);
        return 0;
    }

    private static Uri? UrlOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0
            ? url
            : null;

    private static TimeSpan? IntervalOf(string text) =>
        Duration.TryParse(text, out var interval, out _) && interval >= TimeSpan.FromMilliseconds(500) && interval <= TimeSpan.FromHours(1)
            ? interval
            : null;

    private static void Check(System.CommandLine.Parsing.OptionResult result, string? error)
    {
        if (error is not null)
        {
            result.AddError(error);
        }
    }
}
