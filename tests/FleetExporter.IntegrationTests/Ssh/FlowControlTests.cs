using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Remote;

namespace FleetExporter.IntegrationTests.Ssh;

/// <summary>The built-in client with a command whose output is not read.</summary>
public sealed class FlowControlTests
{
    private const int Piece = 64 * 1024;

    [Fact]
    public async Task A_command_with_unread_output_waits_and_polls_continue()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        var progress = Path.Combine(user.Home, "progress");
        await using var server = await SshServer.StartAsync(folder);
        await using var connection = await DirectConnection.OpenAsync(server, user);
        using var cancel = new CancellationTokenSource();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var endless = $"i=0; while :; do head -c {Piece} /dev/zero; i=$((i+1)); echo $i >{progress}.new; mv {progress}.new {progress}; done";
        var command = RemoteCommand.RunAsync(
            connection.Shell, new CommandRequest(endless, TimeSpan.FromMinutes(2)), async (_, _) => await release.Task, TimeProvider.System,
            cancel.Token);

        // Output stops once the client's window of 1 MiB and sshd's buffers are full.
        var before = -1;
        await Until.SeenAsync(
            async () =>
            {
                var last = before;
                before = Printed(progress);
                await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
                return before > 0 && last == before ? "yes" : null;
            },
            "the command waits", () => $"{before} bytes were printed");
        Assert.InRange(before, 1024 * 1024, 3 * 1024 * 1024);
        for (var i = 0; i < 50; i++)
        {
            await connection.PollAsync();
        }

        Assert.Equal(before, Printed(progress));
        Assert.False(command.IsCompleted);

        release.SetResult();
        await Until.TrueAsync(() => Printed(progress) > before + (2 * 1024 * 1024), "it goes on", () => $"{Printed(progress)} bytes were printed");
        await cancel.CancelAsync();
        Assert.Equal((CommandEnd.Cancelled, (int?)0), ((await command).End, (await command).Left));
        await connection.PollAsync();
    }

    private static int Printed(string progress) =>
        File.Exists(progress) ? Piece * int.Parse(File.ReadAllText(progress), System.Globalization.CultureInfo.InvariantCulture) : 0;
}
