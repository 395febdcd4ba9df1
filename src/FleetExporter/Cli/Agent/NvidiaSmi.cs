using System.ComponentModel;
using System.Diagnostics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Cli.Agent;

/// <summary>Reads this machine's GPUs with nvidia-smi, started without a shell, so that it is the same on every system.</summary>
internal sealed class NvidiaSmi(TimeProvider clock)
{
    private const int MaxOutput = 1024 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private static readonly string[] Folders = OperatingSystem.IsWindows()
        ? [
            Environment.SystemDirectory,
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "NVIDIA Corporation", "NVSMI")
        ]
        : ["/usr/lib/wsl/lib", "/usr/bin", "/usr/local/bin"];

    private IReadOnlyList<string>? _fields;
    private Process? _hungProcess;

    /// <returns>By index; null for an index that nvidia-smi does not list.</returns>
    /// <exception cref="AgentException">No usable answer.</exception>
    public async Task<IReadOnlyList<Gpu?>> ReadAsync(CancellationToken stop)
    {
        try
        {
            _fields ??= await FieldsAsync(stop).ConfigureAwait(false);
            var output = await RunAsync([$"--query-gpu={string.Join(',', _fields)}", "--format=csv,noheader,nounits"], stop).ConfigureAwait(false);
            return ByIndex(GpuQuery.Parse(output, _fields).Gpus);
        }
        catch (ToolFailureException e)
        {
            // A new driver may have other fields.
            _fields = null;
            throw new AgentException($"nvidia-smi returned no values ({Words.Of(e.Reason)}): {Printable.Line(e.Message, 200)}", permanent: false, e);
        }
    }

    internal static IReadOnlyList<Gpu?> ByIndex(IReadOnlyList<Gpu> gpus)
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
        if (_hungProcess is { HasExited: false })
        {
            throw new AgentException(
                "a previous nvidia-smi hangs and cannot be killed; restart the machine to recover the driver", permanent: false);
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
            using var limit = new CancellationTokenSource(Timeout, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
            var errors = ReadAsync(process.StandardError, either.Token);
            var output = await ReadAsync(process.StandardOutput, either.Token).ConfigureAwait(false);
            output += await errors.ConfigureAwait(false);
            await process.WaitForExitAsync(either.Token).ConfigureAwait(false);
            return output;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new AgentException($"nvidia-smi did not answer within {Timeout.TotalSeconds:0} s", permanent: false);
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
            throw new AgentException($"{start.FileName} could not be started: {e.Message}", permanent: false, e);
        }
    }

    /// <summary>A process that hangs in the kernel cannot be killed: it is remembered, so that no second one is started beside it.</summary>
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
        _hungProcess = process;
    }

    private static async Task<string> ReadAsync(StreamReader from, CancellationToken stop)
    {
        var text = new System.Text.StringBuilder();
        var piece = new char[4096];
        int read;
        while ((read = await from.ReadAsync(piece, stop).ConfigureAwait(false)) > 0)
        {
            text.Append(piece, 0, Math.Min(read, MaxOutput - text.Length));
        }

        return text.ToString();
    }

    /// <exception cref="AgentException">Not installed.</exception>
    private static string Find()
    {
        var name = OperatingSystem.IsWindows() ? "nvidia-smi.exe" : "nvidia-smi";
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(Folders).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new AgentException(
                $"{name} not found on the PATH or in {string.Join(", ", Folders)}; is the driver installed?", permanent: false);
    }
}
