using System.Globalization;

namespace FleetExporter.Remote;

/// <summary>
/// A running sampler. <see cref="AskAsync"/> sends a tick, which the host answers with sections; one tick at a time.
/// </summary>
internal sealed class SamplerStream : IAsyncDisposable
{
    /// <summary>Maximum bytes of a frame beyond the maximum bodies of the requested sections.</summary>
    private const long MaxFrameOverhead = 16 * 1024 * 1024;

    private readonly ScriptSession _session;
    private readonly FrameReader _reader;
    private long _sequence;

    private SamplerStream(ScriptSession session, string nonce)
    {
        _session = session;
        _reader = new FrameReader(nonce);
    }

    public Hello Hello { get; private set; } = new("", default, 0);

    /// <summary>Starts the sampler in a shell and waits for its hello.</summary>
    /// <exception cref="StreamException">No hello; the reason names the phase that failed.</exception>
    public static Task<SamplerStream> OpenAsync(
        IShell shell, StreamKind kind, IReadOnlyList<SectionScript> sections, TimeSpan lease,
        TimeSpan limit, TimeProvider clock, CancellationToken stop)
    {
        var nonce = SamplerScript.NewNonce();
        return ScriptSession.OpenAsync(
            shell, kind, SamplerScript.Build(nonce, lease, sections), limit, clock,
            async (session, cancellation) =>
            {
                var stream = new SamplerStream(session, nonce);
                stream.Hello = await stream.ReadAsync(helloReceived: false, cancellation).ConfigureAwait(false) switch
                {
                    FrameItem.Hello hello => Hello.Parse(hello.Pairs),
                    FrameItem.Broken broken => throw new StreamException(SshFailure.Shell, broken.Problem),
                    _ => throw new StreamException(SshFailure.Shell, "the sampler did not start with hello"),
                };
                return stream;
            },
            stop);
    }

    /// <summary>Requests sections and yields each as it arrives, until the frame ends.</summary>
    /// <exception cref="StreamException">The stream ended, or a command cannot be killed (reason timeout).</exception>
    public async IAsyncEnumerable<ReceivedSection> AskAsync(
        IReadOnlyList<string> words, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        var sequence = ++_sequence;
        _session.Allow(MaxFrameOverhead + (words.Count * (long)FrameReader.MaxBody), "in one frame");
        await _session.WriteAsync($"{sequence.ToString(CultureInfo.InvariantCulture)} {string.Join(' ', words)}\n", stop).ConfigureAwait(false);
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
    public Task KeepAliveAsync(CancellationToken stop) => _session.WriteAsync("\n", stop);

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async Task<FrameItem> ReadAsync(bool helloReceived, CancellationToken stop)
    {
        while (true)
        {
            if (_reader.TryRead() is { } item)
            {
                return item;
            }

            await _session.ReadAsync(helloReceived, _reader.Push, stop).ConfigureAwait(false);
        }
    }
}

/// <summary>A section, or a damaged one.</summary>
internal readonly record struct ReceivedSection(Section? Section, FrameItem.Broken? Broken);
