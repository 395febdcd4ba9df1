using System.ComponentModel;
using System.Diagnostics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Cli.Agent;

/// <summary>Reads this machine's GPUs with nvidia-smi, started without a shell, so that it is the same on every system.</summary>
internal sealed class NvidiaSmi(TimeProvider clock)
{
    private const int MostOutput = 1024 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static readonly string[] Folders = OperatingSystem.IsWindows()
        ? [
            Environment.SystemDirectory,
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "NVIDIA Corporation", "NVSMI")
        ]
        : ["/usr/lib/wsl/lib", "/usr/bin", "/usr/local/bin"];

    private IReadOnlyList<string>? _fields;
    private Process? _hung;

    /// <returns>By index; null where nvidia-smi lists none of that index.</returns>
    /// <exception cref="AgentException">There is no answer that can be used.</exception>
    public async Task<IReadOnlyList<Gpu?>> ReadAsync(CancellationToken stop)
    {
        try
        {
            _fields ??= await FieldsAsync(stop).ConfigureAwait(false);
            var output = await RunAsync([$"--query-gpu={string.Join(',', _fields)}", "--format=csv,noheader,nounits"], stop).ConfigureAwait(false);
            return Placed(GpuQuery.Parse(output, _fields).Gpus);
        }
        catch (ToolFailureException e)
        {
            // A new driver may know other fields.
            _fields = null;
            throw new AgentException($"nvidia-smi gives no values ({Words.Of(e.Reason)}): {Printable.Line(e.Message, 200)}", refused: false, e);
        }
    }

    internal static IReadOnlyList<Gpu?> Placed(IReadOnlyList<Gpu> gpus)
    {
        var last = gpus.Max(g => g.Index);
        return last is null or >= Streaming.PushBody.MaxGpus || gpus.Any(g => g.Index is null)
            ? [.. gpus.Take(Streaming.PushBody.MaxGpus)]
            : [.. Enumerable.Range(0, last.Value + 1).Select(i => gpus.FirstOrDefault(g => g.Index == i))];
    }

    private async Task<IReadOnlyList<string>> FieldsAsync(CancellationToken stop)
    {
        try
        {
            return GpuFields.Select(GpuFields.Parse(await RunAsync(["--help-query-gpu"], stop).ConfigureAwait(false)));
        }
        catch (ToolFailureException)
        {
            return [.. GpuFields.Base.Select(f => f.Name)];
        }
    }

    private async Task<string> RunAsync(IReadOnlyList<string> arguments, CancellationToken stop)
    {
        if (_hung is { HasExited: false })
        {
            throw new AgentException(
                "an nvidia-smi that was started before hangs and cannot be ended; the driver needs a restart of the machine", refused: false);
        }

        var start = new ProcessStartInfo(Find(), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            CreateNoWindow = true
        };
        ChildEnvironment.Clean(start);
        start.Environment["LC_ALL"] = "C";
        var process = Start(start);
        try
        {
            process.StandardInput.Close();
            using var limit = new CancellationTokenSource(Limit, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
            var errors = ReadAsync(process.StandardError, either.Token);
            var output = await ReadAsync(process.StandardOutput, either.Token).ConfigureAwait(false);
            output += await errors.ConfigureAwait(false);
            await process.WaitForExitAsync(either.Token).ConfigureAwait(false);
            return output;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new AgentException($"nvidia-smi did not answer within {Limit.TotalSeconds:0} s", refused: false);
        }
        finally
        {
            await EndAsync(process).ConfigureAwait(false);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new AgentException($"{start.FileName} cannot be started: {e.Message}", refused: false, e);
        }
    }

    /// <summary>One that hangs in the kernel cannot be killed: it is kept in mind, so that no second one is started beside it.</summary>
    private async Task EndAsync(Process process)
    {
        if (process.HasExited)
        {
            process.Dispose();
            return;
        }

        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None)
            .WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _hung = process;
    }

    private static async Task<string> ReadAsync(StreamReader from, CancellationToken stop)
    {
        var text = new System.Text.StringBuilder();
        var piece = new char[4096];
        int read;
        while ((read = await from.ReadAsync(piece, stop).ConfigureAwait(false)) > 0)
        {
            text.Append(piece, 0, Math.Min(read, MostOutput - text.Length));
        }

        return text.ToString();
    }

    /// <exception cref="AgentException">It is nowhere.</exception>
    private static string Find()
    {
        var name = OperatingSystem.IsWindows() ? "nvidia-smi.exe" : "nvidia-smi";
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(Folders).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new AgentException(
                $"there is no {name}: not on the PATH and not in {string.Join(", ", Folders)}; is the driver installed?", refused: false);
    }
}
