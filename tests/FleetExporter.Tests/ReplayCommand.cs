using System.IO.Pipelines;
using System.Text;
using System.Text.RegularExpressions;
using FleetExporter.Remote;

namespace FleetExporter.Tests;

/// <summary>One command of a <see cref="ReplayShell"/>: takes the script, prints what the test says and ends with 0; a <see cref="StreamException"/> breaks it off.</summary>
internal sealed partial class ReplayCommand : IShellProcess
{
    private readonly Pipe _input = new();
    private readonly Pipe _output = new();

    public ReplayCommand(Func<string, Task<string>> run)
    {
        Input = _input.Writer.AsStream();
        Output = _output.Reader.AsStream();
        Exited = Task.Run(() => RunAsync(run));
    }

    public Stream Input { get; }

    public Stream Output { get; }

    public string ErrorText => "";

    public Task<int> Exited { get; }

    public async ValueTask DisposeAsync()
    {
        await Input.DisposeAsync();
        await Output.DisposeAsync();
    }

    private async Task<int> RunAsync(Func<string, Task<string>> run)
    {
        using var lines = new StreamReader(_input.Reader.AsStream(), Encoding.UTF8);
        var script = new StringBuilder();
        while (await lines.ReadLineAsync() is { } line && line != "main")
        {
            script.Append(line).Append('\n');
        }

        try
        {
            var said = await run(script.ToString());
            await _output.Writer.WriteAsync(Encoding.UTF8.GetBytes($"{said}\u0001@{Id().Match(script.ToString()).Groups[1].Value} exit 0 0\n"));
            return 0;
        }
        catch (StreamException)
        {
            return 255;
        }
        finally
        {
            await _output.Writer.CompleteAsync();
        }
    }

    [GeneratedRegex("^id=([0-9a-f]{32}) mark=", RegexOptions.Multiline)]
    private static partial Regex Id();
}
