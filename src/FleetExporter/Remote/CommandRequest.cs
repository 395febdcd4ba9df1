namespace FleetExporter.Remote;

/// <summary>A command for <c>sh -c</c> on a host.</summary>
/// <param name="Command">Any text without NUL, at most <see cref="MaxLength"/> bytes of UTF-8; passed on unchanged.</param>
/// <param name="Limit">Time after which it is killed. Whole seconds, 1 or more.</param>
/// <param name="WorkingDirectory">Absolute; null for the home of the login user.</param>
internal sealed record CommandRequest(string Command, TimeSpan Limit, string? WorkingDirectory = null)
{
    /// <summary>Half of what Linux accepts for one argument.</summary>
    public const int MaxLength = 64 * 1024;
}

internal enum CommandEnd
{
    /// <summary>The command exited by itself.</summary>
    Exited,

    /// <summary>The command was killed after its limit.</summary>
    TimedOut,

    /// <summary>The command was killed because the caller cancelled it.</summary>
    Cancelled,

    /// <summary>The connection was lost; the host kills the command once it notices.</summary>
    Lost,

    /// <summary>The command was not started: a wrapper on the host makes it impossible to kill it safely.</summary>
    Refused,
}

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">0 to 255 as reported by sh, above 128 for a signal; null unless it exited.</param>
/// <param name="Left">Number of its processes that could not be killed; null if unknown.</param>
/// <param name="Detail">One line for a person, for <see cref="CommandEnd.Lost"/> and <see cref="CommandEnd.Refused"/>.</param>
internal sealed record CommandResult(CommandEnd End, int? ExitCode, TimeSpan Duration, int? Left, string? Detail = null)
{
    /// <summary>The signal that killed the command, from the exit code; null for none.</summary>
    public int? Signal => ExitCode is > 128 and < 193 ? ExitCode - 128 : null;
}

/// <summary>The stream of a piece of output.</summary>
internal enum CommandOutput
{
    Stdout,
    Stderr,
}
