using System.Diagnostics;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Exit code and output of a command.</summary>
internal sealed record ToolResult(int Exit, string Output, string Error)
{
    public string Trimmed => Output.TrimEnd('\n');
}

/// <summary>Runs a command to its end, at most two minutes.</summary>
internal static class Tool
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs it and fails the test when it does not exit with 0.</summary>
    public static async Task<ToolResult> RunAsync(string program, params IReadOnlyList<string> arguments)
    {
        var result = await TryAsync(program, arguments);
        Assert.True(result.Exit == 0, $"{program} {string.Join(' ', arguments)} exited with {result.Exit}: {result.Error}{result.Output}");
        return result;
    }

    public static Task<ToolResult> TryAsync(string program, params IReadOnlyList<string> arguments) => TryAsync(program, arguments, null);

    public static async Task<ToolResult> TryAsync(
        string program, IReadOnlyList<string> arguments, string? input, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment.Remove("TMUX");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
            }

            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            return new ToolResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {Limit.TotalSeconds:0} s");
        }
    }
}
