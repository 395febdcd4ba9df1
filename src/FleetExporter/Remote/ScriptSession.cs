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

    /// <summary>Waits for output. Meanwhile it holds no memory for it.</summary>
    /// <param name="take">Called once, with at least one byte.</param>
    /// <exception cref="StreamException">The script ended, or the host sent more than allowed.</exception>
    public async Task ReadAsync(bool helloReceived, Action<ReadOnlySpan<byte>> take, CancellationToken stop)
    {
        await _process.Output.ReadAsync(Memory<byte>.Empty, stop).ConfigureAwait(false);
        // Not returned after an exception: a read that was cancelled may still write to it.
        var chunk = Buffers.Pool.Rent(ChunkSize);
        var read = await _process.Output.ReadAsync(chunk, stop).ConfigureAwait(false);
        await CheckAsync(read, helloReceived, stop).ConfigureAwait(false);
        take(chunk.AsSpan(0, read));
        Buffers.Pool.Return(chunk);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        _writing.Dispose();
    }

    /// <exception cref="StreamException">Nothing was read because the script ended, or the host sent more than allowed.</exception>
    private async ValueTask CheckAsync(int read, bool helloReceived, CancellationToken stop)
    {
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
    }
}
