using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>The built exporter as a process with its own port.</summary>
internal sealed partial class Exporter : IAsyncDisposable
{
    private readonly Child _process;

    private Exporter(Child process) => _process = process;

    /// <summary>Sends the admin key with every request.</summary>
    public HttpClient Http { get; private set; } = new();

    public int Pid => _process.Pid;

    public string Log => _process.Output;

    /// <summary>Writes fleet.yml, starts the service and waits until it is ready.</summary>
    /// <param name="config">fleet.yml; null starts it in an empty folder without one.</param>
    /// <param name="arguments">More arguments.</param>
    public static async Task<Exporter> StartAsync(
        TestFolder folder, string? config, IReadOnlyDictionary<string, string?>? environment = null, params IEnumerable<string> arguments)
    {
        if (config is not null)
        {
            folder.Write("fleet.yml", config);
        }

        string[] listen = arguments.Contains("--listen") ? [] : ["--listen", "127.0.0.1:0"];
        var exporter = new Exporter(Launch(folder, config is null ? folder.Make("empty") : folder.Path, [.. listen, .. arguments], environment));
        try
        {
            await Until.TrueAsync(
                () => exporter._process.HasExited || KeyLine().IsMatch(exporter.Log), "the service says where it listens", () => exporter.Log);
            Assert.False(exporter._process.HasExited, exporter.Log);
            exporter.Http =
                new HttpClient { BaseAddress = new Uri(PageLine().Match(exporter.Log).Groups[1].Value), Timeout = TimeSpan.FromMinutes(2) };
            exporter.Http.DefaultRequestHeaders.Add("X-API-Key", (await File.ReadAllTextAsync(KeyLine().Match(exporter.Log).Groups[1].Value)).Trim());
            await Until.SeenAsync(
                async () => (await exporter.Http.GetAsync("/-/ready")).StatusCode == HttpStatusCode.OK ? exporter : null,
                "the service is ready", () => exporter.Log);
            return exporter;
        }
        catch
        {
            await exporter.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the service in <paramref name="workingFolder"/> with any arguments and waits for nothing.</summary>
    public static Child Launch(
        TestFolder folder, string workingFolder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        Assert.True(File.Exists(Repository.Service), $"{Repository.Service} is not built");
        var all = new Dictionary<string, string?>
        {
            ["HOME"] = folder.Make("service"),
            ["XDG_RUNTIME_DIR"] = folder.Make("run"),
            ["SSH_AUTH_SOCK"] = null,
            ["DOTNET_gcServer"] = "0",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            all[name] = value;
        }

        // A file hosts in the folder is the service's own /etc/hosts.
        var hosts = folder.PathOf("hosts");
        string[] inside = File.Exists(hosts) ? ["unshare", "--mount", "sh", "-c", "mount --bind \"$0\" /etc/hosts && exec \"$@\"", hosts] : [];

        // Signals that a runner ignores (nohup, a job in the background) would be ignored by the service too.
        return Child.Start("env", ["--default-signal=HUP,INT,QUIT", .. inside, Repository.Service, .. arguments], workingFolder, all);
    }

    public async Task<Page> PageAsync() => Page.Parse(await Http.GetStringAsync("/metrics"));

    public async Task<JsonNode> JsonAsync(string path) => JsonNode.Parse(await Http.GetStringAsync(path))!;

    public Task<JsonNode> HostAsync(string host = "box") => JsonAsync($"/api/hosts/{host}");

    /// <summary>Polls all collectors of the host now.</summary>
    public async Task<Page> ProbeAsync(string host = "box") => Page.Parse(await Http.GetStringAsync($"/probe?target={host}"));

    /// <summary>The page once the condition holds.</summary>
    public async Task<Page> UntilAsync(string what, Func<Page, bool> holds, TimeSpan? limit = null)
    {
        Page? last = null;
        return await Until.SeenAsync(
            async () =>
            {
                last = await PageAsync();
                return holds(last) ? last : null;
            },
            what,
            () => $"--- health\n{last?.Health()}\n--- log\n{Log}",
            limit);
    }

    /// <summary>The host of the API once the condition holds.</summary>
    public async Task<JsonNode> UntilHostAsync(string what, Func<JsonNode, bool> holds, string host = "box", TimeSpan? limit = null)
    {
        JsonNode? last = null;
        return await Until.SeenAsync(
            async () =>
            {
                last = await HostAsync(host);
                return holds(last) ? last : null;
            },
            what,
            () => $"--- host\n{last}\n--- log\n{Log}",
            limit);
    }

    public Task<JsonNode> UntilOnlineAsync(string host = "box", TimeSpan? limit = null) =>
        UntilHostAsync($"{host} is online", h => h.Text("status") == "online", host, limit);

    /// <summary>The host once its connection fails for this reason.</summary>
    public Task<JsonNode> UntilFailsAsync(string reason, string host = "box", TimeSpan? limit = null) =>
        UntilHostAsync($"{host} fails with {reason}", h => h.Text("reason").StartsWith(reason + ":", StringComparison.Ordinal), host, limit);

    public void Send(Signal signal) => _process.Send(signal);

    /// <summary>SIGKILL, the process alone.</summary>
    public async Task KillAsync()
    {
        _process.Send(Signal.Kill);
        await _process.EndAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Sends SIGTERM and expects exit code 0.</summary>
    public async Task StopAsync()
    {
        _process.Send(Signal.Term);
        var exit = await _process.EndAsync(TimeSpan.FromSeconds(15));
        Assert.True(exit == 0, $"the service exited with {exit}:\n{Log}");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
    }

    [GeneratedRegex(@"^  page     (https?://\S+)", RegexOptions.Multiline)]
    private static partial Regex PageLine();

    [GeneratedRegex(@"^  key      (\S+)[^\n]*\n", RegexOptions.Multiline)]
    private static partial Regex KeyLine();
}
