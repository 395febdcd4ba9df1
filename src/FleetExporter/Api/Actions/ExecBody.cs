using FleetExporter.Control.Commands;

namespace FleetExporter.Api.Actions;

/// <summary>What is to be run.</summary>
/// <param name="Command">For <c>sh -c</c>: 1 to 65536 bytes of UTF-8 without NUL.</param>
/// <param name="TimeoutSeconds">1 to the host's max_timeout; default 60, or that when it is less.</param>
/// <param name="WorkingDirectory">Absolute; default the home of the login user.</param>
/// <param name="ExecId">The caller's own name for it: 1 to 64 letters, digits, <c>_</c> and <c>-</c>; default a new one.</param>
internal sealed record ExecBody(string? Command, double? TimeoutSeconds, string? WorkingDirectory, string? ExecId)
{
    public override string ToString() => nameof(ExecBody);

    /// <param name="connection">Its id or name.</param>
    public RunCommandRequest On(string connection) => new(connection, Command, TimeoutSeconds, WorkingDirectory, ExecId);
}
