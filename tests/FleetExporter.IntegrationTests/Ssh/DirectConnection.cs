using FleetExporter.Config;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.IntegrationTests.Ssh;

/// <summary>A connection from the test process to an sshd, with a stream and commands.</summary>
internal sealed class DirectConnection(IShell shell, SamplerStream stream) : IAsyncDisposable
{
    private static readonly SectionScript[] Sections = [new("word", "  b=answer")];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public IShell Shell => shell;

    /// <summary>With the built-in client.</summary>
    public static Task<DirectConnection> OpenAsync(SshServer server, TestUser user) =>
        OpenAsync(new BuiltinSsh(server.HostAddress(), server.Login(user), TimeProvider.System));

    public static async Task<DirectConnection> OpenAsync(IShell shell, TimeSpan? limit = null) => new(
        shell,
        await SamplerStream.OpenAsync(
            shell, StreamKind.Vitals, Sections, TimeSpan.FromMinutes(5), limit ?? TimeSpan.FromSeconds(20), TimeProvider.System, Stop));

    /// <summary>Tries to connect and returns the error; null after a success.</summary>
    public static async Task<StreamException?> TryAsync(IShell shell, TimeSpan? limit = null)
    {
        try
        {
            await using var connection = await OpenAsync(shell, limit);
            await connection.PollAsync();
            return null;
        }
        catch (StreamException e)
        {
            return e;
        }
    }

    /// <inheritdoc cref="TryAsync(IShell, TimeSpan?)"/>
    public static Task<StreamException?> TryAsync(SshServer server, SshConfig login) =>
        TryAsync(new BuiltinSsh(server.HostAddress(), login, TimeProvider.System), login.ConnectTimeout);

    /// <summary>Polls once and checks the answer.</summary>
    public async Task PollAsync()
    {
        var answers = 0;
        await foreach (var answer in stream.AskAsync(["word"], Stop))
        {
            Assert.Equal("answer", answer.Section?.Body.Trim());
            answers++;
        }

        Assert.Equal(1, answers);
    }

    /// <summary>Runs a command, which must succeed, and returns its output.</summary>
    public async Task<byte[]> RunAsync(string command)
    {
        using var output = new MemoryStream();
        var result = await RemoteCommand.RunAsync(shell, new CommandRequest(command, TimeSpan.FromMinutes(2)), Take, TimeProvider.System, Stop);
        Assert.Equal((CommandEnd.Exited, (int?)0), (result.End, result.ExitCode));
        return output.ToArray();

        ValueTask Take(CommandOutput from, ReadOnlyMemory<byte> bytes)
        {
            if (from == CommandOutput.Stdout)
            {
                output.Write(bytes.Span);
            }

            return ValueTask.CompletedTask;
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
