using FleetExporter.Control.Commands;

namespace FleetExporter.Api.Actions;

/// <summary>Command to run.</summary>
/// <param name="Command">For <c>sh -c</c>, 1 to 65536 bytes of UTF-8 without NUL.</param>
/// <param name="TimeoutSeconds">1 to the host's max_timeout; default 60, or max_timeout if lower.</param>
/// <param name="WorkingDirectory">Absolute; default: the SSH user's home.</param>
/// <param name="ExecId">Id chosen by the client: 1 to 64 letters, digits, <c>_</c> and <c>-</c>; default: generated.</param>
internal sealed record ExecBody(string? Command, double? TimeoutSeconds, string? WorkingDirectory, string? ExecId)
{
    public override string ToString() => nameof(ExecBody);

    /// <param name="connection">Id or name.</param>
    public RunCommandRequest On(string connection) => new(connection, Command, TimeoutSeconds, WorkingDirectory, ExecId);
}
