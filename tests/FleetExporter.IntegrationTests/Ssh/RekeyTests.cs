using System.Security.Cryptography;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Remote;
using FleetExporter.Tests;

namespace FleetExporter.IntegrationTests.Ssh;

/// <summary>The built-in client with a server that renews keys after little data.</summary>
public sealed class RekeyTests
{
    /// <summary>A cheap key exchange, because the test needs many.</summary>
    private const string Quick = "KexAlgorithms curve25519-sha256\nLogLevel DEBUG1";

    private static readonly int Polls = LongForm.Count(1_000, 10_000);

    [Fact]
    public async Task No_answer_is_lost_while_commands_run_in_parallel()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        await using var server = await SshServer.StartAsync(folder, options: $"RekeyLimit 1M\n{Quick}");
        await using var connection = await DirectConnection.OpenAsync(server, user);
        using var enough = new CancellationTokenSource();
        var commands = Task.WhenAll(CommandsAsync(), CommandsAsync());
        for (var i = 0; i < Polls; i++)
        {
            try
            {
                await connection.PollAsync();
            }
            catch (StreamException e)
            {
                Assert.Fail($"poll {i}: {e.Message}\n--- sshd\n{string.Join('\n', server.Log.Split('\n').TakeLast(40))}");
            }
        }

        await enough.CancelAsync();
        var ran = (await commands).Sum();
        var exchanges = Exchanges(server);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Polls} polls, {ran} commands, {exchanges} key exchanges");
        Assert.InRange(ran, 8, int.MaxValue);
        // Each command prints 600 kB.
        Assert.InRange(exchanges, ran / 2, int.MaxValue);
        Assert.Equal(1, server.Connections);

        async Task<int> CommandsAsync()
        {
            var count = 0;
            while (!enough.IsCancellationRequested || count < 4)
            {
                Assert.Equal(600_000, (await connection.RunAsync("head -c 600000 /dev/zero")).Length);
                count++;
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }

            return count;
        }
    }

    [Fact]
    public async Task Ten_MiB_arrive_complete_over_many_key_exchanges()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        var data = RandomNumberGenerator.GetBytes(10 * 1024 * 1024);
        await File.WriteAllBytesAsync(folder.PathOf("data"), data, TestContext.Current.CancellationToken);
        await using var server = await SshServer.StartAsync(folder, options: $"RekeyLimit 64K\n{Quick}");
        await using var connection = await DirectConnection.OpenAsync(server, user);
        var received = await connection.RunAsync($"cat {folder.PathOf("data")}");

        Assert.True(data.AsSpan().SequenceEqual(received), $"{received.Length} bytes came, and not those that were sent");
        await connection.PollAsync();
        Assert.InRange(Exchanges(server), 20, int.MaxValue);
        Assert.Equal(1, server.Connections);
    }

    /// <summary>Key exchanges after the first.</summary>
    private static int Exchanges(SshServer server) => server.Log.Split("SSH2_MSG_KEXINIT received").Length - 2;
}
