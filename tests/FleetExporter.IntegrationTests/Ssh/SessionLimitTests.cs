using System.Text;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Remote;

namespace FleetExporter.IntegrationTests.Ssh;

/// <summary>The built-in client never opens more sessions on a connection than the server allows.</summary>
public sealed class SessionLimitTests
{
    [Fact]
    public async Task Fifty_concurrent_commands_share_ten_sessions_and_polls_continue()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        await using var server = await SshServer.StartAsync(folder);
        await using var connection = await DirectConnection.OpenAsync(server, user);
        var commands = Task.WhenAll(Enumerable.Range(0, 50).Select(n => connection.RunAsync($"sleep 0.2; echo {n}")));
        var polls = 0;
        while (!commands.IsCompleted)
        {
            await connection.PollAsync();
            polls++;
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal(Enumerable.Range(0, 50).Select(n => $"{n}\n"), (await commands).Select(Encoding.ASCII.GetString));
        Assert.InRange(polls, 20, int.MaxValue);
        // sshd counts a session until it has reaped its process: on a busy machine it refuses one or two, which get their own connections.
        Assert.InRange(server.Connections, 1, 5);
        Assert.InRange(MaxSessions(server), 4, 10);
    }

    [Fact]
    public async Task With_one_session_allowed_the_GPU_stream_and_commands_have_their_own_connections()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        await using var server = await SshServer.StartAsync(folder, options: "MaxSessions 1");
        await using var connection = await DirectConnection.OpenAsync(server, user);
        await using var gpu = await SamplerStream.OpenAsync(
            connection.Shell, StreamKind.Gpu, [new("gpu", "  b=ready")], TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(20), TimeProvider.System,
            TestContext.Current.CancellationToken);
        var outputs = await Task.WhenAll(Enumerable.Range(0, 5).Select(n => connection.RunAsync($"echo {n}")));

        Assert.Equal(["0\n", "1\n", "2\n", "3\n", "4\n"], outputs.Select(Encoding.ASCII.GetString));
        await connection.PollAsync();
        await foreach (var answer in gpu.AskAsync(["gpu"], TestContext.Current.CancellationToken))
        {
            Assert.Equal("ready", answer.Section?.Body.Trim());
        }

        Assert.Equal(1 + 1 + 5, server.Connections);
    }

    [Fact]
    public async Task Commands_waiting_for_a_session_end_with_the_connection()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        await using var server = await SshServer.StartAsync(folder);
        var connection = await DirectConnection.OpenAsync(server, user);
        var commands = Enumerable.Range(0, 10).Select(_ => EndOfAsync(connection.Shell)).ToList();
        await Until.TrueAsync(
            () => user.Processes.Count(p => p.CommandLine == "sleep 60") == 5, "five run and five wait", () => string.Join('\n', user.Processes));

        await connection.DisposeAsync();
        var ends = await Task.WhenAll(commands).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.Equal(5, ends.Count(end => end == CommandEnd.Lost));
        Assert.Equal(5, ends.Count(end => end is null));
    }

    /// <summary>How a command of a minute ended; null when it did not start.</summary>
    private static async Task<CommandEnd?> EndOfAsync(IShell shell)
    {
        try
        {
            var result = await RemoteCommand.RunAsync(
                shell, new CommandRequest("sleep 60", TimeSpan.FromMinutes(2)), (_, _) => ValueTask.CompletedTask, TimeProvider.System,
                TestContext.Current.CancellationToken);
            return result.End;
        }
        catch (StreamException)
        {
            return null;
        }
    }

    /// <summary>Most sessions that were open at once, by the server's log.</summary>
    private static int MaxSessions(SshServer server)
    {
        int open = 0, max = 0;
        foreach (var line in server.Log.Split('\n'))
        {
            open += Starts(line, "Starting session:") - Starts(line, "Close session:");
            max = Math.Max(max, open);
        }

        return max;

        static int Starts(string line, string with) => line.StartsWith(with, StringComparison.Ordinal) ? 1 : 0;
    }
}
