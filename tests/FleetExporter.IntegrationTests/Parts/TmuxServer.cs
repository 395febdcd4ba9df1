using System.Globalization;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A user's own tmux server on its default socket. It ends with the user.</summary>
internal sealed class TmuxServer(TestUser user) : IAsyncDisposable
{
    private readonly List<Child> _clients = [];

    /// <summary>Creates a detached session and returns its id.</summary>
    public async Task<string> CreateAsync(string name, string command = "exec sleep 600")
    {
        var created = await TryCreateAsync(name, command);
        Assert.True(created.Exit == 0, $"tmux new-session -s '{name}': {created.Error}");
        return created.Trimmed;
    }

    public Task<ToolResult> TryCreateAsync(string name, string command = "exec sleep 600") =>
        user.TryAsync("tmux", "-u", "new-session", "-d", "-P", "-F", "#{session_id}", "-s", name, command);

    /// <summary>As <see cref="TryCreateAsync"/>, with a name that holds bytes which are no text.</summary>
    /// <param name="name">In printf's spelling.</param>
    public Task<ToolResult> TryCreateBytesAsync(string name) =>
        user.TryAsync("sh", "-c", "exec tmux -u new-session -d -P -F '#{session_id}' -s \"$(printf \"$1\")\" 'exec sleep 600'", "sh", name);

    public Task<ToolResult> RunAsync(params IReadOnlyList<string> arguments) => user.RunAsync(["tmux", "-u", .. arguments]);

    /// <summary>Evaluates a tmux format for one session.</summary>
    public async Task<string> AskAsync(string id, string format) => (await RunAsync("display", "-p", "-t", id, format)).Trimmed;

    /// <summary>Session names by id, from tmux.</summary>
    public async Task<Dictionary<string, string>> NamesAsync() => (await RunAsync("list-sessions", "-F", "#{session_id}:#{session_name}")).Trimmed
        .Split('\n').Select(l => l.Split(':', 2)).ToDictionary(p => p[0], p => p[1]);

    public Task KillAsync(string id) => RunAsync("kill-session", "-t", id);

    /// <summary>Attaches a client in a new terminal and waits until tmux counts it.</summary>
    public async Task AttachAsync(string id)
    {
        var before = await ClientsAsync(id);
        var client = Child.Start("setpriv", user.As("script", "-qec", $"tmux -u attach-session -t '{id}'", "/dev/null"));
        _clients.Add(client);
        await Until.SeenAsync(async () => await ClientsAsync(id) > before ? id : null, "tmux counts the client", () => client.Output);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        await user.TryAsync("tmux", "kill-server");
    }

    private async Task<int> ClientsAsync(string id) => int.Parse(await AskAsync(id, "#{session_attached}"), CultureInfo.InvariantCulture);
}
