using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;
using FleetExporter.Tests;

namespace FleetExporter.IntegrationTests.Ssh;

/// <summary>Connections of the built-in client leave no thread, no file descriptor and no memory behind.</summary>
/// <remarks>Runs alone, because it counts resources of the test process.</remarks>
[CollectionDefinition(nameof(SshLeakTests), DisableParallelization = true)]
[Collection(nameof(SshLeakTests))]
public sealed class SshLeakTests
{
    private const int First = 20;

    /// <summary>What 1,000 connections may leave, in bytes: compiled regular expressions and the like, but not a kilobyte for each.</summary>
    private const long Slack = 768 * 1024;

    private static readonly int Connects = LongForm.Count(100, 1_000);

    [Fact]
    public async Task Logins_leak_nothing()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        await using var server = await SshServer.StartAsync(folder);
        var shell = new BuiltinSsh(server.HostAddress(), server.Login(user), TimeProvider.System);
        await CheckNothingLeftAsync(async () => Assert.Null(await DirectConnection.TryAsync(shell)));
        Assert.Equal(First + Connects, server.Connections);
    }

    [Fact]
    public async Task Failed_logins_leak_nothing()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        await using var server = await SshServer.StartAsync(folder);
        var login = server.Login(user) with { KeyFile = await KeyFiles.CreateAsync(folder, "stranger") };
        var shell = new BuiltinSsh(server.HostAddress(), login, TimeProvider.System);
        await CheckNothingLeftAsync(async () => Assert.Equal(SshFailure.Auth, (await DirectConnection.TryAsync(shell))?.Reason), more: Connects / 2);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("random after the version")]
    [InlineData("random after KEXINIT")]
    public async Task Servers_that_close_during_the_handshake_leak_nothing(string stage)
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        await using var server = await SshServer.StartAsync(folder);
        using var garbage = new GarbageSshServer(stage, closes: true);
        var shell = new BuiltinSsh(garbage.HostAddress, server.Login(user), TimeProvider.System);
        await CheckNothingLeftAsync(async () => Assert.NotNull(await DirectConnection.TryAsync(shell)), more: Connects / 2);
    }

    [Fact]
    public async Task Servers_that_hang_during_the_handshake_leak_nothing()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        await using var server = await SshServer.StartAsync(folder);
        var login = server.Login(user) with { ConnectTimeout = TimeSpan.FromSeconds(1) };
        var servers = GarbageSshServer.Stages.Select(stage => new GarbageSshServer(stage, closes: false)).ToList();
        try
        {
            await CheckNothingLeftAsync(
                () => Task.WhenAll(servers.Select(async s => Assert.NotNull(
                    await DirectConnection.TryAsync(new BuiltinSsh(s.HostAddress, login, TimeProvider.System), TimeSpan.FromSeconds(3))))),
                first: 2, more: LongForm.Count(5, 50));
        }
        finally
        {
            servers.ForEach(s => s.Dispose());
        }
    }

    /// <summary>Stopped processes keep their connections but read nothing, so that sending blocks once the socket's buffer is full.</summary>
    [Fact]
    public async Task A_frozen_server_does_not_block_disposal()
    {
        using var folder = new TestFolder();
        await using var user = await TestUser.CreateAsync(folder, "/bin/dash");
        await using var server = await SshServer.StartAsync(folder);
        var before = ResourceUse.Take();
        var connection = await DirectConnection.OpenAsync(server, user);
        var stop = TestContext.Current.CancellationToken;
        const int AtOnce = SessionBudget.MaxSessions - SessionBudget.ReservedForStreams;
        var commands = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => connection.Shell.StartCommandAsync(stop)));
        server.Pause();
        try
        {
            // Until the buffers are full: 5 windows of 2 MiB are more than the kernel takes.
            var script = new byte[60 * 1024];
            var writes = commands.Select(WriteAsync).ToList();
            await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
            Assert.Contains(writes, w => !w.IsCompleted);

            var watch = System.Diagnostics.Stopwatch.StartNew();
            var left = Task.WhenAll([.. commands.Select(c => c.DisposeAsync().AsTask()), connection.DisposeAsync().AsTask()]);
            await left.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(6));
            await Task.WhenAll(writes).WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
            await BackToAsync(before);

            async Task WriteAsync(IShellProcess command)
            {
                try
                {
                    for (var i = 0; i < 40; i++)
                    {
                        await command.Input.WriteAsync(script, TestContext.Current.CancellationToken);
                    }
                }
                catch (Exception e) when (e is IOException or ObjectDisposedException)
                {
                    // The connection has ended.
                }
            }
        }
        finally
        {
            server.Continue();
        }
    }

    private static async Task CheckNothingLeftAsync(Func<Task> connect, int first = First, int? more = null)
    {
        for (var i = 0; i < first; i++)
        {
            await connect();
        }

        // Wait for background work to end.
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        var before = ResourceUse.Take();
        for (var i = 0; i < (more ?? Connects); i++)
        {
            await connect();
        }

        await BackToAsync(before);
    }

    private static async Task BackToAsync(ResourceUse before)
    {
        var now = before;
        await Until.TrueAsync(
            () => (now = ResourceUse.Take()).Threads <= before.Threads && now.Files <= before.Files && now.Memory <= before.Memory + Slack,
            "threads, files and memory are as before", () => $"before {before}\nnow    {now}", TimeSpan.FromSeconds(20));
    }
}
