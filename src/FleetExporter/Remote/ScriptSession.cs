using System.Text;
using FleetExporter.Config;

namespace FleetExporter.Remote;

/// <summary>A script that runs in a shell on a host: writes its input, reads its output, and limits how much it may send.</summary>
internal sealed class ScriptSession : IAsyncDisposable
{
    /// <summary>Maximum bytes before <c>hello</c>: MOTD and output of profiles.</summary>
    private const long MaxGreeting = 1024 * 1024;

    private const int ChunkSize = 16 * 1024;

    private readonly IShell _shell;
    private readonly StreamKind _kind;
    private readonly IShellProcess _process;
    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>Rented while it has output, so that a silent host holds no memory.</summary>
    private byte[] _chunk = [];
    private (long Bytes, string What) _limit = (MaxGreeting, "before the script's hello");
    private long _received;

    private ScriptSession(IShell shell, StreamKind kind, IShellProcess process)
    {
        _shell = shell;
        _kind = kind;
        _process = process;
    }

    /// <summary>Limit for opening: the client's own connect timeout, and ten seconds for the login and the shell's start files.</summary>
    public static TimeSpan OpenLimit(SshConfig ssh) => ssh.ConnectTimeout + TimeSpan.FromSeconds(10);

    /// <summary>
    /// Starts a shell, sends a script and waits for its hello.
    /// Nothing may follow the script before that: dash and busybox would discard it.
    /// </summary>
    /// <param name="greetAsync">Reads until the hello, and returns the stream of the script.</param>
    /// <exception cref="StreamException">No hello; the reason names the phase that failed.</exception>
    public static async Task<T> OpenAsync<T>(
        IShell shell, StreamKind kind, string script, TimeSpan limit, TimeProvider clock, Func<ScriptSession, CancellationToken, Task<T>> greetAsync,
        CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        ScriptSession? session = null;
        try
        {
            session = new ScriptSession(shell, kind, await shell.StartAsync(kind, either.Token).ConfigureAwait(false));
            await session.WriteAsync(script, either.Token).ConfigureAwait(false);
            return await greetAsync(session, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            var error = shell.ExplainTimeout(session?._process.ErrorText ?? "", limit);
            await EndAsync(session).ConfigureAwait(false);
            throw error;
        }
        catch
        {
            await EndAsync(session).ConfigureAwait(false);
            throw;
        }

        static ValueTask EndAsync(ScriptSession? session) => session?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    /// <summary>Sets how many bytes the host may send from now on.</summary>
    /// <param name="what">For the message: <c>in one frame</c>.</param>
    public void Allow(long bytes, string what) => (_received, _limit) = (0, (bytes, what));

    public async Task WriteAsync(string text, CancellationToken stop)
    {
        await _writing.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            await _process.Input.WriteAsync(Encoding.UTF8.GetBytes(text), stop).ConfigureAwait(false);
            await _process.Input.FlushAsync(stop).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The reader of the output reports the reason.
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Waits for output.</summary>
    /// <returns>At least one byte, valid until the next call.</returns>
    /// <exception cref="StreamException">The script ended, or the host sent more than allowed.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(bool helloReceived, CancellationToken stop)
    {
        Return();
        await _process.Output.ReadAsync(Memory<byte>.Empty, stop).ConfigureAwait(false);
        _chunk = Buffers.Pool.Rent(ChunkSize);
        var read = await _process.Output.ReadAsync(_chunk, stop).ConfigureAwait(false);
        if (read == 0)
        {
            int? exit = null;
            try
            {
                exit = await _process.Exited.WaitAsync(TimeSpan.FromSeconds(2), stop).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // It closed its output but still runs; disposal ends it.
            }

            throw _shell.Explain(_kind, exit, _process.ErrorText, helloReceived);
        }

        // Reading endless output would occupy a CPU; the back-off limits that.
        if ((_received += read) > _limit.Bytes)
        {
            throw new StreamException(SshFailure.Shell, $"the host sent more than {_limit.Bytes >> 20} MiB {_limit.What}");
        }

        return _chunk.AsMemory(0, read);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        _writing.Dispose();
    }

    private void Return()
    {
        if (_chunk.Length > 0)
        {
            Buffers.Pool.Return(_chunk);
            _chunk = [];
        }
    }
}
