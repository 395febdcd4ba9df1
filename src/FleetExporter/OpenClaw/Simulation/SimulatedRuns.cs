namespace FleetExporter.OpenClaw.Simulation;

/// <summary>The events of simulated agents: a turn with a tool every fifteen seconds.</summary>
internal static class SimulatedRuns
{
    private const string Item = "item";
    private const string Lifecycle = "lifecycle";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private static readonly (string Session, string Tool, string Title, string Answer)[] Turns =
    [
        ("agent:main:main", "read", "Read from AGENTS.md", "The notes are up to date."),
        ("agent:main:discord:1180", "exec", "Exec nvidia-smi", "All GPUs are below 80 °C."),
        ("agent:research:main", "web_search", "Search for vLLM release notes", "Version 0.12 has paged attention for MoE models."),
    ];

    /// <summary>Sends events until stopped.</summary>
    /// <param name="send">Sends the name and payload of an event.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static async Task RunAsync(Func<string, object, Task> send, TimeProvider clock, CancellationToken stop)
    {
        for (var turn = 0; ; turn++)
        {
            var (session, tool, title, answer) = Turns[turn % Turns.Length];
            var run = $"run-{turn}";
            await EventAsync("agent", Lifecycle, new { phase = "start" }).ConfigureAwait(false);
            await EventAsync("agent", Item, new { kind = "tool", phase = "start", name = tool, title, status = "running" }).ConfigureAwait(false);
            await EventAsync("agent", Item, new { kind = "tool", phase = "end", name = tool, title, status = "completed" }).ConfigureAwait(false);
            await EventAsync("chat", null, new { role = "assistant", content = answer }).ConfigureAwait(false);
            await EventAsync("agent", Lifecycle, new { phase = "end", aborted = false }).ConfigureAwait(false);

            async Task EventAsync(string name, string? stream, object data)
            {
                var ts = clock.GetUtcNow().ToUnixTimeMilliseconds();
                var agentId = session.Split(':')[1];
                await send(name, stream is null
                    ? new { runId = run, sessionKey = session, agentId, state = "final", message = data, ts }
                    : new { runId = run, sessionKey = session, agentId, stream, data, ts }).ConfigureAwait(false);
                await Task.Delay(Pause, clock, stop).ConfigureAwait(false);
            }
        }
    }
}
