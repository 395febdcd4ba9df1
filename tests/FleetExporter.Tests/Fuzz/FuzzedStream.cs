using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Fuzz;

/// <summary>A host whose sampler responds synchronously with sections of the test.</summary>
/// <param name="hello">What follows <c>hello 1</c>.</param>
/// <param name="answer">Gives the bytes of the response to a request, by word and nonce.</param>
/// <param name="ends">Where the frame is cut and the connection ends, as a share of its bytes; null for not at all.</param>
internal sealed partial class FuzzedStream(string hello, Func<string, string, byte[]> answer, Func<double?> ends) : IShell, IShellProcess
{
    private readonly OutputStream _output = new();
    private string? _nonce;

    public Stream Input => new InputStream(Take);

    public Stream Output => _output;

    public string ErrorText => "";

    public Task<int> Exited { get; } = Task.FromResult(255);

    public Task<IShellProcess> StartAsync(StreamKind kind, CancellationToken cancellation) => Task.FromResult<IShellProcess>(this);

    public Task<IShellProcess> StartCommandAsync(CancellationToken cancellation) => throw new StreamException(SshFailure.Shell, "no commands");

    public bool Connects(StreamKind kind) => true;

    public StreamException Explain(StreamKind kind, int? exitCode, string errorText, bool helloReceived) =>
        new(SshFailure.Closed, "the connection ended");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Take(string line)
    {
        if (_nonce is null)
        {
            _nonce = NonceLine().Match(line).Groups[1].Value;
            _output.Add(Encoding.UTF8.GetBytes($"motd\n@{_nonce} hello 1 pid=1 ppid=1 {hello}\n"));
            return;
        }

        var words = line.TrimEnd('\n').Split(' ');
        byte[] frame =
            [.. words[1..].SelectMany(word => answer(word.Split('=')[0], _nonce)), .. Encoding.UTF8.GetBytes($"\n@{_nonce} end {words[0]}\n")];
        _output.Add(ends() is { } share ? frame.AsSpan(0, (int)(frame.Length * share)) : frame);
    }

    public static byte[] Section(string nonce, string header, byte[] body) =>
        [.. Encoding.UTF8.GetBytes($"\n@{nonce} {header}\n"), .. body, .. Encoding.UTF8.GetBytes($"\n@{nonce} .\n")];

    public static string Uptime(double seconds) => seconds.ToString("0.00", CultureInfo.InvariantCulture);

    [GeneratedRegex("^n=([0-9a-f]{32}) ", RegexOptions.Multiline)]
    private static partial Regex NonceLine();

    private sealed class InputStream(Action<string> take) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            take(Encoding.UTF8.GetString(buffer.Span));
            return ValueTask.CompletedTask;
        }
    }

    private sealed class OutputStream : MemoryStream
    {
        public void Add(ReadOnlySpan<byte> bytes)
        {
            SetLength(0);
            Write(bytes);
            Position = 0;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span));
    }
}
