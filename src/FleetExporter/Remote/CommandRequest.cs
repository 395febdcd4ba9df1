namespace FleetExporter.Remote;

/// <summary>A command for <c>sh -c</c> on a host.</summary>
/// <param name="Command">Any text without NUL, at most <see cref="MaxLength"/> bytes of UTF-8: it arrives exactly as it is.</param>
/// <param name="Limit">Time after which it is ended. Whole seconds, 1 or more.</param>
/// <param name="WorkingDirectory">Absolute; null for the home of the login user.</param>
internal sealed record CommandRequest(string Command, TimeSpan Limit, string? WorkingDirectory = null)
{
    /// <summary>Linux takes 128 KiB for one argument.</summary>
    public const int MaxLength = 64 * 1024;
}

internal enum CommandEnd
{
    /// <summary>The command ended by itself.</summary>
    Exited,

    /// <summary>It was ended after its limit.</summary>
    TimedOut,

    /// <summary>It was ended because nobody wants it any more.</summary>
    Cancelled,

    /// <summary>The connection was lost; the host ends the command by itself when it notices.</summary>
    Lost,

    /// <summary>It was not run: a wrapper on the host makes it impossible to end it safely.</summary>
    Refused,
}

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">0 to 255 as sh tells it, above 128 for a signal; null unless it exited.</param>
/// <param name="Left">Processes that it had started and that could not be ended; null when nobody could look.</param>
/// <param name="Detail">One line for a person, for <see cref="CommandEnd.Lost"/> and <see cref="CommandEnd.Refused"/>.</param>
internal sealed record CommandResult(CommandEnd End, int? ExitCode, TimeSpan Duration, int? Left, string? Detail = null)
{
    /// <summary>The signal that ended the command, as far as an exit code tells; null for none.</summary>
    public int? Signal => ExitCode is > 128 and < 193 ? ExitCode - 128 : null;
}

/// <summary>Where a piece of output came from.</summary>
internal enum CommandOutput
{
    Stdout,
    Stderr,
}
