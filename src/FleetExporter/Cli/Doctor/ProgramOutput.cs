using System.ComponentModel;
using System.Diagnostics;
using FleetExporter.Remote;

namespace FleetExporter.Cli.Doctor;

/// <summary>Runs programs of this machine.</summary>
internal static class ProgramOutput
{
    private const int MaxLength = 64 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <returns>Its output, or what it wrote to standard error if it has none; null if it is not installed, fails or does not end.</returns>
    public static async Task<string?> ReadAsync(string program, IReadOnlyList<string> arguments, CancellationToken stop)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ChildEnvironment.Clean(start);
        start.Environment["LC_ALL"] = "C";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Timeout);
        try
        {
            using var process = Process.Start(start)!;
            using var end = limit.Token.Register(() => process.Kill(entireProcessTree: true));
            process.StandardInput.Close();
            var errors = ReadAsync(process.StandardError, limit.Token);
            var output = await ReadAsync(process.StandardOutput, limit.Token).ConfigureAwait(false);
            var error = await errors.ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return process.ExitCode != 0 ? null : output.Length > 0 ? output : error;
        }
        catch (Win32Exception)
        {
            return null;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken stop)
    {
        var text = new char[MaxLength];
        var length = await reader.ReadBlockAsync(text, stop).ConfigureAwait(false);

        // What is over the limit is read, so that the program can end.
        var rest = new char[4096];
        while (await reader.ReadAsync(rest, stop).ConfigureAwait(false) > 0)
        {
        }

        return new string(text, 0, length).Trim();
    }
}
