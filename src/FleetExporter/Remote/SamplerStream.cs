using System.Globalization;
using System.Text;

namespace FleetExporter.Remote;

/// <summary>
/// A running sampler. <see cref="AskAsync"/> sends a tick, which the host answers with sections; one tick at a time.
/// </summary>
internal sealed class SamplerStream : IAsyncDisposable
{
    /// <summary>Maximum bytes before <c>hello</c>: MOTD and output of profiles.</summary>
    private const long MaxGreeting = 1024 * 1024;

    /// <summary>Maximum bytes of a frame beyond the maximum bodies of the requested sections.</summary>
    private const long MaxFrameOverhead = 16 * 1024 * 1024;

    private readonly IShell _shell;
    private readonly StreamKind _kind;
    private readonly IShellProcess _process;
    private readonly FrameReader _reader;
    private readonly byte[] _chunk = new byte[16 * 1024];
    private readonly SemaphoreSlim _writing = new(1, 1);
    private long _sequence;
    private (long Bytes, string What) _limit = (MaxGreeting, "before the sampler's hello");
    private long _received;

    private SamplerStream(IShell shell, StreamKind kind, IShellProcess process, string nonce)
    {
        _shell = shell;
        _kind = kind;
        _process = process;
        _reader = new FrameReader(nonce);
    }

    public Hello Hello { get; private set; } = new("", default, 0);

    /// <summary>
    /// Starts the shell, sends the script and waits for its hello.
    /// Nothing may follow the script before that: dash and busybox would discard it.
    /// </summary>
    /// <exception cref="StreamException">No hello; the reason names the phase that failed.</exception>
    public static async Task<SamplerStream> OpenAsync(
        IShell shell, StreamKind kind, IReadOnlyList<SectionScript> sections, TimeSpan lease,
        TimeSpan limit, TimeProvider clock, CancellationToken stop)
    {
        var nonce = SamplerScript.NewNonce();
        using var deadline = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        SamplerStream? stream = null;
        try
        {
            stream = new SamplerStream(shell, kind, await shell.StartAsync(kind, either.Token).ConfigureAwait(false), nonce);
            await stream.WriteAsync(SamplerScript.Build(nonce, lease, sections), either.Token).ConfigureAwait(false);
            var item = await stream.ReadAsync(helloReceived: false, either.Token).ConfigureAwait(false);
            stream.Hello = item switch
            {
                FrameItem.Hello hello => Read(hello),
                FrameItem.Broken broken => throw new StreamException(SshFailure.Shell, broken.Problem),
                _ => throw new StreamException(SshFailure.Shell, "the sampler did not start with hello"),
            };
            return stream;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            var error = shell.ExplainTimeout(stream?._process.ErrorText ?? "", limit);
            await EndAsync(stream).ConfigureAwait(false);
            throw error;
        }
        catch
        {
            await EndAsync(stream).ConfigureAwait(false);
            throw;
        }

        static ValueTask EndAsync(SamplerStream? stream) => stream?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    /// <summary>Requests sections and yields each as it arrives, until the frame ends.</summary>
    /// <exception cref="StreamException">The stream ended, or a command cannot be killed (reason timeout).</exception>
    public async IAsyncEnumerable<ReceivedSection> AskAsync(
        IReadOnlyList<string> words, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        var sequence = ++_sequence;
        (_received, _limit) = (0, (MaxFrameOverhead + (words.Count * (long)FrameReader.MaxBody), "in one frame"));
        await WriteAsync($"{sequence.ToString(CultureInfo.InvariantCulture)} {string.Join(' ', words)}\n", stop).ConfigureAwait(false);
        while (true)
        {
            switch (await ReadAsync(helloReceived: true, stop).ConfigureAwait(false))
            {
                case FrameItem.FrameEnd end when end.Sequence == sequence:
                    yield break;
                case FrameItem.Body body:
                    yield return new ReceivedSection(
                        new Section(
                            body.Name, body.Status, body.Done, TimeSpan.FromSeconds(Math.Max(0, body.Done - body.Started)),
                            Hello.At(body.Done), body.Text),
                        null);
                    break;
                case FrameItem.Broken broken:
                    yield return new ReceivedSection(null, broken);
                    break;
                case FrameItem.Stuck stuck:
                    throw new StreamException(
                        SshFailure.Timeout, $"a command on the host hangs and cannot be killed (pid {Printable.Line(stuck.Pids, 40)})")
                    {
                        Stuck = true
                    };
                default:
                    break;
            }
        }
    }

    /// <summary>Renews the sampler's lease between two ticks.</summary>
    public Task KeepAliveAsync(CancellationToken stop) => WriteAsync("\n", stop);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        _writing.Dispose();
    }

    private async Task WriteAsync(string text, CancellationToken stop)
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

    private async Task<FrameItem> ReadAsync(bool helloReceived, CancellationToken stop)
    {
        while (true)
        {
            if (_reader.TryRead() is { } item)
            {
                return item;
            }

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

            _reader.Push(_chunk.AsSpan(0, read));
        }
    }

    private static Hello Read(FrameItem.Hello hello)
    {
        var pairs = hello.Pairs.Select(p => p.Split('=', 2)).Where(p => p.Length == 2).GroupBy(p => p[0]).ToDictionary(g => g.Key, g => g.First()[1]);
        if (pairs.TryGetValue("epoch", out var epoch) && long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds < 32503680000
            && pairs.TryGetValue("up", out var up) && FrameReader.TryUptime(up, out var uptime))
        {
            return new Hello(Printable.Line(pairs.GetValueOrDefault("user", ""), 64), DateTimeOffset.FromUnixTimeSeconds(seconds), uptime);
        }

        throw new StreamException(SshFailure.Shell, "the sampler's hello has no clock; the host must be Linux with /proc");
    }
}

/// <summary>A section, or a damaged one.</summary>
internal readonly record struct ReceivedSection(Section? Section, FrameItem.Broken? Broken);
