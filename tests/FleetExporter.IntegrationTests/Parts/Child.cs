using System.Diagnostics;
using System.Text;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A child process whose output is kept for diagnosis. Disposal kills it and its children.</summary>
internal sealed class Child : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Task[] _readers;

    private Child(Process process)
    {
        _process = process;
        _readers = [KeepAsync(process.StandardOutput), KeepAsync(process.StandardError)];
    }

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Standard output and standard error as they came.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <param name="folder">The working directory.</param>
    /// <param name="environment">Laid over the environment of the tests; null takes a variable away.</param>
    public static Child Start(
        string program, IEnumerable<string> arguments, string folder = "/", IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment.Remove("TMUX");
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return new Child(Process.Start(start)!);
    }

    public void Send(Signal signal) => Processes.Send(Pid, signal);

    public Task WriteAsync(string text) => _process.StandardInput.WriteAsync(text);

    /// <summary>Waits for the end and returns the exit code.</summary>
    public async Task<int> EndAsync(TimeSpan limit)
    {
        using var enough = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(enough.Token);
            await Task.WhenAll(_readers).WaitAsync(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{_process.StartInfo.FileName} did not end within {limit.TotalSeconds:0} s\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>Kills it and everything below it.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            var below = Processes.Below(Pid);
            _process.Kill();
            below.ForEach(p => Processes.Send(p.Pid, Signal.Kill));
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private async Task KeepAsync(StreamReader reader)
    {
        var chunk = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(chunk)) > 0)
        {
            lock (_output)
            {
                _output.Append(chunk, 0, read);
            }
        }
    }
}
