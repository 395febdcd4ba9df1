namespace FleetExporter.Remote;

/// <summary>This machine: <c>sh</c> started directly, without SSH.</summary>
internal sealed class LocalShell : IShell
{
    private readonly string _program;

    /// <param name="program">The POSIX shell to run.</param>
    public LocalShell(string program = "/bin/sh") => _program = program;

    public Task<IShellProcess> StartAsync(StreamKind kind, CancellationToken cancellation) =>
        Task.FromResult<IShellProcess>(new ShellProcess(_program, ["-s"], killable: false));

    /// <summary>setsid creates a process group, as sshd does for each session.</summary>
    public Task<IShellProcess> StartCommandAsync(CancellationToken cancellation) =>
        Task.FromResult<IShellProcess>(new ShellProcess("setsid", [_program, "-s"], killable: false, keepsErrors: false));

    public bool Connects(StreamKind kind) => false;

    public StreamException Explain(StreamKind kind, int? exitCode, string errorText, bool helloReceived) =>
        new(
            helloReceived ? SshFailure.Closed : SshFailure.Shell,
            $"the local shell ended{(exitCode is { } code ? $" with status {code}" : "")} {errorText}".TrimEnd());
}
