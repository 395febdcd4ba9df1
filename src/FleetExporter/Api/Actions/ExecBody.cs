using System.Text;
using System.Text.RegularExpressions;
using FleetExporter.Remote;

namespace FleetExporter.Api.Actions;

/// <summary>What is to be run.</summary>
/// <param name="Command">For <c>sh -c</c>: 1 to 65536 bytes of UTF-8 without NUL.</param>
/// <param name="TimeoutSeconds">1 to the host's max_timeout; default 60, or that when it is less.</param>
/// <param name="WorkingDirectory">Absolute; default the home of the login user.</param>
/// <param name="ExecId">The caller's own name for it: 1 to 64 letters, digits, <c>_</c> and <c>-</c>; default a new one.</param>
internal sealed partial record ExecBody(string? Command, double? TimeoutSeconds, string? WorkingDirectory, string? ExecId)
{
    private const int UsualSeconds = 60;

    public override string ToString() => nameof(ExecBody);

    /// <returns>The request, or what is wrong with each field.</returns>
    public (CommandRequest? Request, Dictionary<string, string[]> Errors) Check(TimeSpan longest)
    {
        var errors = new Dictionary<string, string[]>();
        if (Command is not { Length: > 0 } || Command.Contains('\0') || Encoding.UTF8.GetByteCount(Command) > CommandRequest.MaxLength)
        {
            errors["command"] = [$"Give a command of 1 to {CommandRequest.MaxLength} bytes without NUL."];
        }

        var seconds = TimeoutSeconds ?? Math.Min(UsualSeconds, longest.TotalSeconds);
        if (!(seconds >= 1 && seconds <= longest.TotalSeconds) || seconds != Math.Floor(seconds))
        {
            errors["timeout_seconds"] = [$"Give whole seconds from 1 to {longest.TotalSeconds:0}, the host's max_timeout."];
        }

        if (WorkingDirectory is { } directory
            && (!directory.StartsWith('/') || directory.Contains('\0') || Encoding.UTF8.GetByteCount(directory) > 4096))
        {
            errors["working_directory"] = ["Give an absolute path of at most 4096 bytes."];
        }

        if (ExecId is { } id && !IdPattern().IsMatch(id))
        {
            errors["exec_id"] = ["Give 1 to 64 letters, digits, _ and -, or nothing."];
        }

        return (errors.Count == 0 ? new CommandRequest(Command!, TimeSpan.FromSeconds(seconds), WorkingDirectory) : null, errors);
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex IdPattern();
}
