using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using FleetExporter.Collectors;
using FleetExporter.Remote;

namespace FleetExporter.Simulation;

/// <summary>Implements the sampler's side of the protocol: reads the nonce from the script, sends hello, and answers ticks with frames.</summary>
internal sealed class SimulatedProcess : IShellProcess
{
    /// <summary>Reader and writer continue on each other's thread: a simulated answer costs no more than it must.</summary>
    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);

    private readonly SimulatedHost _host;
    private readonly TimeProvider _clock;
    private readonly Pipe _in = new(Inline);
    private readonly Pipe _out = new(Inline);
    private readonly Task<int> _running;

    public SimulatedProcess(SimulatedHost host, TimeProvider clock)
    {
        _host = host;
        _clock = clock;
        Input = _in.Writer.AsStream();
        Output = _out.Reader.AsStream();
        _running = Task.Run(RunAsync);
    }

    public Stream Input { get; }

    public Stream Output { get; }

    public string ErrorText => "";

    public Task<int> Exited => _running;

    public async ValueTask DisposeAsync()
    {
        await _in.Writer.CompleteAsync().ConfigureAwait(false);
        await _out.Reader.CompleteAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    private double Uptime => _host.Uptime(_clock.GetUtcNow());

    private async Task<int> RunAsync()
    {
        using var lines = new StreamReader(_in.Reader.AsStream());
        var nonce = "";
        var inScript = true;
        while (await lines.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (inScript)
            {
                nonce = line.StartsWith("n=", StringComparison.Ordinal) ? line[2..].Split(' ')[0] : nonce;
                inScript = line != "main";
                if (!inScript)
                {
                    var up = Number(Uptime);
                    Write($"\n@{nonce} hello 1 pid=1 ppid=1 epoch={_clock.GetUtcNow().ToUnixTimeSeconds()} up={up} user=fleet\n");
                    await _out.Writer.FlushAsync().ConfigureAwait(false);
                }
            }
            else if (line.Length > 0)
            {
                WriteFrame(nonce, line.Split(' '));
                await _out.Writer.FlushAsync().ConfigureAwait(false);
            }
        }

        await _out.Writer.CompleteAsync().ConfigureAwait(false);
        return 0;
    }

    private void WriteFrame(string nonce, string[] words)
    {
        var up = Number(Uptime);
        Write($"\n@{nonce} frame {words[0]} {up}\n");
        foreach (var request in words.Skip(1))
        {
            var word = request.Split('=')[0];
            var (status, body) = _host.Answer(word, _clock.GetUtcNow());
            Write($"\n@{nonce} {word} {status} {up} {up} {Encoding.UTF8.GetByteCount(body)}\n");
            Write(body);
            Write($"\n@{nonce} .\n");
        }

        Write($"\n@{nonce} end {words[0]}\n");
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, _out.Writer);

    private static string Number(double seconds) => seconds.ToString("0.00", CultureInfo.InvariantCulture);
}
