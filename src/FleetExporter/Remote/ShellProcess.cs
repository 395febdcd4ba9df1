using System.Diagnostics;

namespace FleetExporter.Remote;

/// <summary>
/// A child process whose three streams are pipes of this service: when the service dies in any way, the child's standard input ends and so does it.
/// </summary>
internal sealed class ShellProcess : IShellProcess
{
    private readonly Process _process;
    private readonly bool _killable;
    private readonly ErrorLines _errors = new();
    private readonly Task _errorReader;
    private readonly Task<int> _exit;

    /// <param name="killable">
    /// Whether ending it early may kill it.
    /// A sampler running on this machine is left to its own watchdog, which still has to end what hangs below it.
    /// </param>
    /// <param name="keepsErrors">
    /// Whether the last lines of standard error are kept; otherwise it is <see cref="ErrorOutput"/>, for the caller to read.
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
            // Closed before, or the other end is gone already.
        }

        // End of input ends the sampler; what does not follow within a moment is killed.
        try
        {
            // Not for its errors: ssh's master holds the standard error of every session until it ends itself.
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
