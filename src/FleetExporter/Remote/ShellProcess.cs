using System.Diagnostics;

namespace FleetExporter.Remote;

/// <summary>
/// A child process whose three streams are pipes of the exporter: if the exporter dies, end of standard input ends the child.
/// </summary>
internal sealed class ShellProcess : IShellProcess
{
    private readonly Process _process;
    private readonly bool _killable;
    private readonly ErrorLines _errors = new();
    private readonly Task _errorReader;
    private readonly Task<int> _exit;

    /// <param name="killable">
    /// Whether disposal may kill it.
    /// A local sampler is left to its own watchdog, which still has to kill hung commands.
    /// </param>
    /// <param name="keepsErrors">
    /// Whether to keep the last lines of standard error; otherwise the caller reads <see cref="ErrorOutput"/>.
    /// </param>
    public ShellProcess(
        string program, IEnumerable<string> arguments, bool killable, IReadOnlyDictionary<string, string>? environment = null,
        bool keepsErrors = true)
    {
        _killable = killable;
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        ChildEnvironment.Clean(start);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        try
        {
            _process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new StreamException(SshFailure.Shell, $"cannot start {program} on this machine: {e.Message}");
        }

        _errorReader = keepsErrors ? _errors.ReadAsync(_process.StandardError.BaseStream) : Task.CompletedTask;
        ErrorOutput = keepsErrors ? Stream.Null : _process.StandardError.BaseStream;
        _exit = ExitAsync();
        Exited = WithErrorsAsync();
    }

    public Stream Input => _process.StandardInput.BaseStream;

    public Stream Output => _process.StandardOutput.BaseStream;

    public Stream ErrorOutput { get; }

    public string ErrorText => _errors.Text;

    public Task<int> Exited { get; }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Already closed.
        }

        // End of input ends the sampler; otherwise it is killed after 300 ms.
        try
        {
            // Does not wait for standard error: ssh's master holds that of every session until it exits.
            await _exit.WaitAsync(TimeSpan.FromMilliseconds(300)).ConfigureAwait(false);
        }
        catch (TimeoutException) when (_killable)
        {
            _process.Kill();
            await _exit.ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Its watchdog ends it.
        }

        _process.Dispose();
    }

    private async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        return _process.ExitCode;
    }

    private async Task<int> WithErrorsAsync()
    {
        var code = await _exit.ConfigureAwait(false);
        await _errorReader.WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return code;
    }
}
