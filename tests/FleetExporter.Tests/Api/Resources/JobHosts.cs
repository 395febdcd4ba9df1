using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Api.Resources;

/// <summary>What tmux would have of jobs on the replayed hosts of a service, by the hosts' addresses.</summary>
internal sealed partial class JobHosts
{
    private readonly ConcurrentDictionary<(string Address, string Job), string?> _panes = new();
    private readonly ConcurrentQueue<(string Address, string What)> _asked = new();

    /// <summary>Addresses whose commands fail.</summary>
    public ConcurrentDictionary<string, byte> Broken { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs before a job is said to have started.</summary>
    public Func<Task> WhileStarting { get; set; } = () => Task.CompletedTask;

    /// <summary>Given the answer to a look, and gives what is answered.</summary>
    public Func<string, Task<string>> Looking { get; set; } = Task.FromResult;

    /// <summary>What a job that is cancelled has printed.</summary>
    public string Printed { get; set; } = "";

    public IReadOnlyList<string> On(string address) => [.. _panes.Keys.Where(k => k.Address == address).Select(k => k.Job)];

    /// <summary>How often the host was asked: start, look, output, release or cancel.</summary>
    public int Asked(string address, string what) => _asked.Count(a => a == (address, what));

    /// <summary>The job's session is gone.</summary>
    public void Vanish(string address, string job) => _panes.TryRemove((address, job), out _);

    /// <summary>The job has ended and its pane is there, with this output.</summary>
    public void End(string address, string job, string tail) => _panes[(address, job)] = tail;

    /// <summary>A service with the connection <c>dgx-1</c> at <c>dgx.lan:2222</c> and the project <c>vision</c> on it.</summary>
    public async Task<ApiServer> StartAsync(string? yml = null)
    {
        var server = await ApiServer.StartAsync(yml, shell =>
            shell.Command = () => ReplayCommand.Running(script => AnswerAsync(shell.Address, script)));
        await server.DoAsync("POST", "/api/dgx/connections", """{"name":"dgx-1","hostname":"dgx.lan","port":2222,"username":"ann"}""");
        Assert.Equal("connected", (await server.DoAsync("POST", "/api/dgx/connect/dgx-1")).Text("status"));
        await server.DoAsync("POST", "/api/dgx/projects", """{"name":"vision","connection_id":"dgx-1"}""");
        return server;
    }

    /// <summary>Makes a job and starts it.</summary>
    public static async Task<JsonElement> RunAsync(ApiServer server, string name, string project = "vision")
    {
        await server.DoAsync("POST", "/api/dgx/jobs", $$$"""{"name":"{{{name}}}","project_id":"{{{project}}}","config":{"command":"sleep 600"}}""");
        return await server.DoAsync("POST", $"/api/dgx/jobs/{name}/start");
    }

    /// <summary>What the host at the address prints for a script of <c>JobSession</c>.</summary>
    public async Task<string> AnswerAsync(string address, string script)
    {
        var what = What().Match(script).Groups[1].Value;
        _asked.Enqueue((address, what));
        if (Broken.ContainsKey(address))
        {
            throw new StreamException(SshFailure.Closed, "broken by the test");
        }

        var words = Word()
            .Matches(script).GroupBy(m => m.Groups[1].Value, m => m.Groups[2].Value).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        var (mark, id) = (words["mark"], words.GetValueOrDefault("id", ""));
        switch (what)
        {
            case "start":
                await WhileStarting();
                _panes[(address, id)] = null;
                return $"@{mark} started\n";
            case "release" or "cancel":
                _panes.TryRemove((address, id), out _);
                return what == "release" ? $"@{mark} released -\n" : $"@{mark} tail {id}\n{Printed}\n@{mark} left 0 -\n@{mark} end\n";
            case "look":
                var look = new StringBuilder($"@{mark} up 100.00\n@{mark} tmux 0 \n");
                foreach (var job in words["ids"].Split(' '))
                {
                    if (_panes.TryGetValue((address, job), out var tail))
                    {
                        look.Append(tail is null ? $"@{mark} pane {job} 0 - - -\n" : $"@{mark} pane {job} 1 0 - -\n@{mark} tail {job}\n{tail}\n");
                    }
                }

                return await Looking(look.Append($"@{mark} end\n").ToString());
            default:
                return $"@{mark} none\n@{mark} end\n";
        }
    }

    [GeneratedRegex(@"\n(start|look|output|release|cancel)\n'\n")]
    private static partial Regex What();

    [GeneratedRegex(@"^(?:CMD=')?(mark|id|ids)='\\''(.*?)'\\''$", RegexOptions.Multiline)]
    private static partial Regex Word();
}
