using System.IO.Pipelines;
using System.Text;
using System.Text.RegularExpressions;
using FleetExporter.Remote;

namespace FleetExporter.Tests;

/// <summary>
/// A command on a <see cref="ReplayShell"/>: it prints what the test says and ends when the test says so, or when its input ends, as cancelled.
/// </summary>
internal sealed partial class ReplayCommand : IShellProcess
{
    private readonly Pipe _input = new();
    private readonly Pipe _output = new();
    private readonly TaskCompletionSource<string> _id = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _script = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ReplayCommand()
    {
        Input = _input.Writer.AsStream();
        Output = _output.Reader.AsStream();
        _ = Task.Run(ReadAsync);
    }

    public Stream Input { get; }

    public Stream Output { get; }

    public string ErrorText => "";

    public Task<int> Exited => _exited.Task;

    /// <summary>Completes when nobody wants the command any more.</summary>
    public Task Cancelled => _cancelled.Task;

    /// <summary>A command that prints this and exits with 0.</summary>
    public static ReplayCommand Printing(string text)
    {
        var command = new ReplayCommand();
        _ = Task.Run(async () =>
        {
            await command.PrintAsync(text);
            await command.ExitAsync(0);
        });
        return command;
    }

    /// <summary>A command that takes the script, prints what comes of it and exits with 0; a <see cref="StreamException"/> breaks it off.</summary>
    public static ReplayCommand Running(Func<string, Task<string>> run)
    {
        var command = new ReplayCommand();
        _ = Task.Run(async () =>
        {
            try
            {
                await command.PrintAsync(await run(await command._script.Task));
                await command.ExitAsync(0);
            }
            catch (StreamException)
            {
                command.Break();
            }
        });
        return command;
    }

    public async Task PrintAsync(string text) => await _output.Writer.WriteAsync(Encoding.UTF8.GetBytes(text));

    public Task ExitAsync(int status) => EndAsync("exit", status);

    /// <summary>The connection ends before the command does.</summary>
    public void Break()
    {
        if (_exited.TrySetResult(255))
        {
            _output.Writer.Complete();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Break();
        await Input.DisposeAsync();
    }

    private async Task ReadAsync()
    {
        using var lines = new StreamReader(_input.Reader.AsStream(), Encoding.UTF8);
        var script = new StringBuilder();
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line == "main")
            {
                _script.TrySetResult(script.ToString());
            }

            script.Append(line).Append('\n');
            if (IdLine().Match(line) is { Success: true } found)
            {
                _id.TrySetResult(found.Groups[1].Value);
            }
        }

        _cancelled.TrySetResult();
        await EndAsync("cancel", 0);
    }

    private async Task EndAsync(string why, int status)
    {
        var line = $"\u0001@{await _id.Task} {why} {status} 0\n";
        if (_exited.TrySetResult(0))
        {
            await PrintAsync(line);
            await _output.Writer.CompleteAsync();
        }
    }

    [GeneratedRegex("^id=([0-9a-f]{32}) ")]
    private static partial Regex IdLine();
}
