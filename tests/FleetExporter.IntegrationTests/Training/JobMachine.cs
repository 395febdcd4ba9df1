using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Training;

/// <summary>A machine with tmux whose user runs jobs: the host and connection <c>box</c>, and on it the project <c>vision</c>.</summary>
internal sealed class JobMachine : IAsyncDisposable
{
    public const string Any = "exec: { policy: any }";

    private JobMachine(WatchedMachine machine)
    {
        Machine = machine;
        Tmux = new TmuxServer(machine.User);
    }

    public WatchedMachine Machine { get; }

    public TmuxServer Tmux { get; }

    public Exporter Exporter { get; private set; } = null!;

    /// <param name="client"><c>ssh.client</c> in fleet.yml.</param>
    /// <param name="box">Keys of the host.</param>
    /// <param name="folder">Where the project's jobs run; null for the user's home.</param>
    public static async Task<JobMachine> StartAsync(
        string client, string box = Any, string? folder = null, string shell = "/bin/bash", params IEnumerable<string> hides)
    {
        var machine = new JobMachine(await WatchedMachine.StartAsync(shell, client: client, hides: hides));
        try
        {
            await machine.WatchAsync(box);
            using var made = await machine.Exporter.Http.PostAsJsonAsync(
                "/api/dgx/projects", new { connection_id = "box", name = "vision", remote_path = folder }, TestContext.Current.CancellationToken);
            Assert.Equal(201, (int)made.StatusCode);
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the service, again if need be.</summary>
    public async Task WatchAsync(string box = Any)
    {
        Exporter = await Machine.WatchAsync(box);
        await Exporter.UntilOnlineAsync();
    }

    /// <summary>Makes a job with this command; it does not run yet.</summary>
    public async Task<JsonNode> MakeAsync(string name, string command, object? gpus = null)
    {
        var config = gpus is null ? (object)new { command } : new { command, gpus };
        using var answer = await Exporter.Http.PostAsJsonAsync(
            "/api/dgx/jobs", new { project_id = "vision", name, config }, TestContext.Current.CancellationToken);
        Assert.Equal(201, (int)answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;
    }

    /// <summary>Makes a job and starts it.</summary>
    public async Task<JsonNode> StartAsync(string name, string command, object? gpus = null)
    {
        await MakeAsync(name, command, gpus);
        var (status, job) = await PostAsync(name, "start");
        Assert.True(status == 200, $"{status}: {job}\n{Exporter.Log}");
        return job;
    }

    public async Task<(int Status, JsonNode Body)> PostAsync(string name, string action)
    {
        using var answer = await Exporter.Http.PostAsync(
            $"/api/dgx/jobs/{Uri.EscapeDataString(name)}/{action}", null, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!);
    }

    public Task<JsonNode> JobAsync(string name) => Exporter.JsonAsync($"/api/dgx/jobs/{Uri.EscapeDataString(name)}");

    public async Task<IReadOnlyList<string>> OutputAsync(string name, int lines = 200) =>
        [.. (await Exporter.JsonAsync($"/api/dgx/jobs/{Uri.EscapeDataString(name)}/output?lines={lines}"))["lines"]!
            .AsArray().Select(l => l!.GetValue<string>())];

    /// <summary>The job as soon as it holds what is asked.</summary>
    public async Task<JsonNode> UntilAsync(string name, string what, Func<JsonNode, bool> holds)
    {
        JsonNode? last = null;
        return await Until.SeenAsync(
            async () => holds(last = await JobAsync(name)) ? last : null, what, () => $"--- job\n{last}\n--- log\n{Exporter.Log}");
    }

    /// <summary>The job once it is over and its session is gone.</summary>
    public Task<JsonNode> UntilOverAsync(string name) =>
        UntilAsync(name, $"{name} is over", j => j.Text("status") is "completed" or "failed" or "cancelled" && j["session"] is null);

    /// <summary>Whether the user runs something with this in its command line.</summary>
    public bool Runs(string text) => Machine.User.Processes.Any(p => p.CommandLine.Contains(text, StringComparison.Ordinal));

    public async Task<IReadOnlyCollection<string>> SessionsAsync()
    {
        var listed = await Machine.User.TryAsync("tmux", "-u", "list-sessions", "-F", "#{session_name}");
        return listed.Exit == 0 ? listed.Trimmed.Split('\n') : [];
    }

    public async ValueTask DisposeAsync()
    {
        if (Exporter is not null)
        {
            await Exporter.DisposeAsync();
        }

        await Tmux.DisposeAsync();
        await Machine.DisposeAsync();
    }
}
