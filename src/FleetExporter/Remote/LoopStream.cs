using System.Globalization;
using System.Text;

namespace FleetExporter.Remote;

/// <summary>A running loop: a command on the host that prints a sample per interval until the stream is disposed.</summary>
internal sealed class LoopStream : IAsyncDisposable
{
    /// <summary>Maximum bytes between two calls of <see cref="Renew"/>.</summary>
    private const long MaxSample = 4 * 1024 * 1024;

    /// <summary>Longer lines are cut.</summary>
    private const int MaxLine = 8 * 1024;

    private readonly ScriptSession _session;
    private readonly string _marker;
    private readonly List<byte> _line = [];

    /// <summary>What came together with the hello.</summary>
    private LoopOutput? _withHello;

    private LoopStream(ScriptSession session, string nonce)
    {
        _session = session;
        _marker = $"@{nonce} ";
    }

    public Hello Hello { get; private set; } = new("", default, 0);

    /// <summary>Starts the command in a shell of its own and waits for the script's hello.</summary>
    /// <param name="command">A simple command of POSIX sh; its words are the exporter's own.</param>
    /// <exception cref="StreamException">No hello; the reason names the phase that failed.</exception>
    public static Task<LoopStream> OpenAsync(
        IShell shell, string command, TimeSpan lease, TimeSpan limit, TimeProvider clock, CancellationToken stop)
    {
        var nonce = SamplerScript.NewNonce();
        return ScriptSession.OpenAsync(
            shell, StreamKind.Loop, LoopScript.Build(nonce, lease, command), limit, clock,
            async (session, cancellation) =>
            {
                var stream = new LoopStream(session, nonce);
                while (stream.Hello.Epoch == default)
                {
                    stream._withHello = await stream.ReadAsync(cancellation).ConfigureAwait(false);
                }

                stream.Renew();
                return stream;
            },
            stop);
    }

    /// <summary>Waits for output.</summary>
    /// <exception cref="StreamException">The script ended, or the host sent more than a sample may have.</exception>
    public async Task<LoopOutput> ReadAsync(CancellationToken stop)
    {
        if (_withHello is { } first && Hello.Epoch != default)
        {
            _withHello = null;
            return first;
        }

        var output = new LoopOutput([], null, null);
        await _session.ReadAsync(Hello.Epoch != default, chunk => output = Read(chunk, output), stop).ConfigureAwait(false);
        return output;
    }

    /// <summary>Allows another sample; called once per interval.</summary>
    public void Renew() => _session.Allow(MaxSample, "in one interval");

    /// <summary>Renews the lease.</summary>
    public Task KeepAliveAsync(CancellationToken stop) => _session.WriteAsync("\n", stop);

    /// <summary>Renews the lease and asks for the CPU time of the command, which comes as <see cref="LoopOutput.CpuTime"/>.</summary>
    public Task AskCpuTimeAsync(CancellationToken stop) => _session.WriteAsync("cpu\n", stop);

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private LoopOutput Read(ReadOnlySpan<byte> chunk, LoopOutput output)
    {
        foreach (var b in chunk)
        {
            if (b != '\n')
            {
                if (_line.Count < MaxLine)
                {
                    _line.Add(b);
                }

                continue;
            }

            var line = Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_line)).TrimEnd('\r');
            _line.Clear();
            output = line.StartsWith(_marker, StringComparison.Ordinal) ? Read(line[_marker.Length..].Split(' '), output)
                : line.Length > 0 && Hello.Epoch != default ? Add(output, line)
                : output;
        }

        return output;
    }

    private static LoopOutput Add(LoopOutput output, string line)
    {
        output.Lines.Add(line);
        return output;
    }

    private LoopOutput Read(string[] words, LoopOutput output)
    {
        switch (words)
        {
            case ["hello", "1", .. var pairs] when Hello.Epoch == default:
                Hello = Hello.Parse(pairs);
                return output;
            case ["cpu", var nanoseconds] when long.TryParse(nanoseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var time):
                return output with { CpuTime = time };
            case ["end", var status] when int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var exit):
                return output with { Status = exit };
            default:
                return output;
        }
    }
}

/// <summary>What a loop has printed since the last read.</summary>
/// <param name="Lines">Complete lines of the command.</param>
/// <param name="CpuTime">CPU time of the command so far, in ns; null where not asked for or not known.</param>
/// <param name="Status">Exit status of the command; null while it runs.</param>
internal sealed record LoopOutput(List<string> Lines, long? CpuTime, int? Status);
