using System.Text;
using System.Text.RegularExpressions;
using FleetExporter.Remote;

namespace FleetExporter.Control.Commands;

/// <summary>A command request before validation.</summary>
/// <param name="Connection">Id or name of the connection.</param>
/// <param name="Command">For <c>sh -c</c>.</param>
/// <param name="TimeoutSeconds">Null: 60, or the host's <c>max_timeout</c> if that is less.</param>
/// <param name="WorkingDirectory">Null: the home of the login user.</param>
/// <param name="ExecId">Id chosen by the caller; null: generated.</param>
internal sealed partial record RunCommandRequest(
    string Connection, string? Command, double? TimeoutSeconds = null, string? WorkingDirectory = null, string? ExecId = null)
{
    private const int DefaultSeconds = 60;

    private const int MaxDirectoryBytes = 4096;

    public override string ToString() => nameof(RunCommandRequest);

    /// <returns>The command, or validation errors by field.</returns>
    public (CommandRequest? Request, Dictionary<string, string[]> Errors) Check(TimeSpan maxTimeout)
    {
        var errors = new Dictionary<string, string[]>();
        if (Command is not { Length: > 0 } || Command.Contains('\0') || Encoding.UTF8.GetByteCount(Command) > CommandRequest.MaxLength)
        {
            errors["command"] = [$"command is required: 1 to {CommandRequest.MaxLength} bytes, no NUL."];
        }

        var seconds = TimeoutSeconds ?? Math.Min(DefaultSeconds, maxTimeout.TotalSeconds);
        if (!(seconds >= 1 && seconds <= maxTimeout.TotalSeconds) || seconds != Math.Floor(seconds))
        {
            errors["timeout_seconds"] = [$"Must be a whole number from 1 to {maxTimeout.TotalSeconds:0}, the host's max_timeout."];
        }

        if (WorkingDirectory is { } directory
            && (!directory.StartsWith('/') || directory.Contains('\0') || Encoding.UTF8.GetByteCount(directory) > MaxDirectoryBytes))
        {
            errors["working_directory"] = [$"Must be an absolute path of at most {MaxDirectoryBytes} bytes."];
        }

        if (ExecId is { } id && !IdPattern().IsMatch(id))
        {
            errors["exec_id"] = ["Must be 1 to 64 letters, digits, _ and -; omit it to have one generated."];
        }

        return (errors.Count == 0 ? new CommandRequest(Command!, TimeSpan.FromSeconds(seconds), WorkingDirectory) : null, errors);
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex IdPattern();
}
