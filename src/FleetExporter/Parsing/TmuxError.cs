namespace FleetExporter.Parsing;

/// <summary>What the texts of tmux, sudo and the shell mean. Most come with status 1, <c>access not allowed</c> with 0.</summary>
internal static class TmuxError
{
    private static readonly string[] Forbidden =
    [
        "access not allowed", "client is read-only", "unsafe permissions", "Permission denied", "password is required",
        "required to read the password", "must have a tty", "is not allowed to", "may not run sudo", "not in the sudoers",
    ];

    /// <summary>The disk of the sockets takes no folder: so there was none, and no server.</summary>
    private static readonly string[] NoRoom = ["(No space left on device)", "(Disk quota exceeded)", "(Read-only file system)"];

    /// <summary>No server, one that left its socket behind, or one without a session: zero sessions.</summary>
    public static bool MeansNoSession(string line) =>
        line.StartsWith("no server running on ", StringComparison.Ordinal)
        || (line.StartsWith("error connecting to ", StringComparison.Ordinal)
            && line.EndsWith("(No such file or directory)", StringComparison.Ordinal))
        || line == "no current target"
        || (line.StartsWith("couldn't create directory ", StringComparison.Ordinal) && NoRoom.Any(n => line.EndsWith(n, StringComparison.Ordinal)));

    /// <summary>sudo warns on standard error on a host whose own name does not resolve, and goes on.</summary>
    public static bool IsNoise(string line) =>
        string.IsNullOrWhiteSpace(line) || line.StartsWith("sudo: unable to resolve host ", StringComparison.Ordinal);

    /// <summary>
    /// Why the state is unknown. Neither forbidden nor missing is <see cref="CollectorFailure.Parse"/>, a stopping server included.
    /// </summary>
    public static (CollectorFailure Reason, string Message) Classify(AnswerBlock block, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
        {
            return block.StatusFailure("tmux");
        }

        var message = Printable.Line(string.Join("; ", texts.Select(static t => t.Trim())), 500);
        var missing = block.Status == 127 || texts.Any(static t => t.EndsWith("not found", StringComparison.Ordinal));
        return missing ? (CollectorFailure.ToolMissing, message)
            : Forbidden.Any(f => message.Contains(f, StringComparison.OrdinalIgnoreCase)) ? (CollectorFailure.Permission, message)
            : block.Status > 128 ? (CollectorFailure.Timeout, message)
            : (CollectorFailure.Parse, message);
    }
}
