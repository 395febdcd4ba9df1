using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.RegularExpressions;
using FleetExporter.Remote;

namespace FleetExporter.Tests;

/// <summary>One stream of a <see cref="ReplayShell"/>.</summary>
internal sealed partial class ReplayProcess : IShellProcess
{
    private readonly ReplayShell _shell;
    private readonly Pipe _input = new();
    private readonly Pipe _output = new();
    private readonly ConcurrentQueue<string> _ticks = new();
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _nonce = "";
    private int _progress;
    private int _received;
    private volatile bool _busy;

    public ReplayProcess(ReplayShell shell, StreamKind kind)
    {
        _shell = shell;
        Kind = kind;
        Input = _input.Writer.AsStream();
        Output = _output.Reader.AsStream();
        _ = Task.Run(RunAsync);
    }

    public StreamKind Kind { get; }

    public Stream Input { get; }

    public Stream Output { get; }

    public string ErrorText => "";

    public Task<int> Exited => _exited.Task;

    public IEnumerable<string> Ticks => _ticks;

    public int Progress => Volatile.Read(ref _progress);

    /// <summary>Lines after the script, empty ones included.</summary>
    public int Received => Volatile.Read(ref _received);

    public bool IsIdle => !_busy || _exited.Task.IsCompleted;

    /// <summary>The command of a loop; empty for other streams.</summary>
    public string Command { get; private set; } = "";

    /// <summary>CPU time of a loop in ns, as it tells when asked.</summary>
    public long CpuTime { get; set; }

    /// <summary>How often a loop was asked for its CPU time.</summary>
    public int CpuTimeRequests { get; private set; }

    public bool IsOpen => !_exited.Task.IsCompleted;

    /// <summary>A loop prints this.</summary>
    public Task PrintAsync(string text) => WriteAsync(text);

    /// <summary>The command of a loop ends.</summary>
    public Task EndCommandAsync(int status) => WriteAsync($"\n@{_nonce} end {status}\n");

    public void End()
    {
        if (_exited.TrySetResult(255))
        {
            _output.Writer.CancelPendingFlush();
            _output.Writer.Complete();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Input.DisposeAsync();
        End();
    }

    private async Task RunAsync()
    {
        try
        {
            using var lines = new StreamReader(_input.Reader.AsStream(), Encoding.UTF8);
            while (await lines.ReadLineAsync() is { } line && line != "main")
            {
                _nonce = NonceLine().Match(line) is { Success: true } found ? found.Groups[1].Value : _nonce;
                Command = CommandLine().Match(line) is { Success: true } command ? command.Groups[1].Value : Command;
            }

            if (_shell.IsMute)
            {
                return;
            }

            await WriteAsync(string.Create(
                CultureInfo.InvariantCulture, $"motd\n@{_nonce} hello 1 pid=1 ppid=1 epoch={_shell.Epoch} up={_shell.Uptime:0.00} user=alice\n"));
            while (await lines.ReadLineAsync() is { } tick)
            {
                Interlocked.Increment(ref _progress);
                Interlocked.Increment(ref _received);
                if (tick == "cpu")
                {
                    CpuTimeRequests++;
                    await WriteAsync($"\n@{_nonce} cpu {CpuTime}\n");
                }
                else if (tick.Length > 0 && !await AnswerAsync(_nonce, tick.Split(' ')))
                {
                    return;
                }
            }
        }
        catch (InvalidOperationException)
        {
            // Written to after the end.
        }
    }

    /// <summary>False when a word hangs.</summary>
    private async Task<bool> AnswerAsync(string nonce, string[] tick)
    {
        _busy = true;
        _ticks.Enqueue(string.Join(' ', tick[1..]));
        foreach (var word in tick[1..].Select(request => request.Split('=')[0]))
        {
            if (_shell.Answers.TryGetValue(word, out var reply))
            {
                if (reply.Hangs)
                {
                    _busy = false;
                    return false;
                }

                var length = Encoding.UTF8.GetByteCount(reply.Body) + (reply.Damaged ? 1 : 0);
                var up = _shell.FakeUptime ?? _shell.Uptime.ToString("0.00", CultureInfo.InvariantCulture);
                await WriteAsync($"\n@{nonce} {word} {reply.Status} {up} {up} {length}\n{reply.Body}\n@{nonce} .\n");
            }
        }

        await WriteAsync($"\n@{nonce} end {tick[0]}\n");
        _busy = false;
        return true;
    }

    private async Task WriteAsync(string text)
    {
        await _output.Writer.WriteAsync(Encoding.UTF8.GetBytes(text));
        Interlocked.Increment(ref _progress);
    }

    [GeneratedRegex("^n=([0-9a-f]{32}) ")]
    private static partial Regex NonceLine();

    [GeneratedRegex("exec (nvidia-smi .*) \\) </dev/null")]
    private static partial Regex CommandLine();
}
