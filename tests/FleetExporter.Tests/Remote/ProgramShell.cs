using FleetExporter.Remote;

namespace FleetExporter.Tests.Remote;

/// <summary>A local shell with a given program (<c>/bin/busybox</c> runs its sh) and PATH.</summary>
internal sealed class ProgramShell(string program, string? path = null) : IShell
{
    public Task<IShellProcess> StartAsync(StreamKind kind, CancellationToken cancellation) => Task.FromResult<IShellProcess>(new ShellProcess(
        program,
        program.EndsWith("busybox", StringComparison.Ordinal) ? ["sh", "-s"] : ["-s"],
        killable: true,
        path is null ? null : new Dictionary<string, string> { ["PATH"] = path }));

    public Task<IShellProcess> StartCommandAsync(CancellationToken cancellation) => Task.FromResult<IShellProcess>(new ShellProcess(
        "setsid", program.EndsWith("busybox", StringComparison.Ordinal) ? [program, "sh", "-s"] : [program, "-s"],
        killable: false, keepsErrors: false));

    public bool Connects(StreamKind kind) => false;

    public StreamException Explain(StreamKind kind, int? exitCode, string errorText, bool helloReceived) =>
        new(helloReceived ? SshFailure.Closed : SshFailure.Shell, $"{program} ended: {errorText}");
}
