namespace FleetExporter.Parsing;

/// <summary>Classifies messages of tmux, sudo and the shell. Most have status 1, <c>access not allowed</c> has 0.</summary>
internal static class TmuxError
{
    private static readonly string[] PermissionErrors =
    [
        "access not allowed", "client is read-only", "unsafe permissions", "Permission denied", "password is required",
        "required to read the password", "must have a tty", "is not allowed to", "may not run sudo", "not in the sudoers",
    ];

    /// <summary>The socket folder cannot be created, so it did not exist and no server runs.</summary>
    private static readonly string[] SocketFolderErrors = ["(No space left on device)", "(Disk quota exceeded)", "(Read-only file system)"];

    /// <summary>No server, a stale socket, or a server without sessions: zero sessions.</summary>
    public static bool IsNoSession(string line) =>
        line.StartsWith("no server running on ", StringComparison.Ordinal)
        || (line.StartsWith("error connecting to ", StringComparison.Ordinal)
            && line.EndsWith("(No such file or directory)", StringComparison.Ordinal))
        || line == "no current target"
        || (line.StartsWith("couldn't create directory ", StringComparison.Ordinal)
            && SocketFolderErrors.Any(n => line.EndsWith(n, StringComparison.Ordinal)));

    /// <summary>sudo prints this warning, and continues, on a host whose name does not resolve.</summary>
    public static bool IsNoise(string line) =>
        string.IsNullOrWhiteSpace(line) || line.StartsWith("sudo: unable to resolve host ", StringComparison.Ordinal);

    /// <summary>
    /// The reason why the state is unknown; <see cref="CollectorFailure.Parse"/> for other messages, such as those of a stopping server.
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
            : PermissionErrors.Any(f => message.Contains(f, StringComparison.OrdinalIgnoreCase)) ? (CollectorFailure.Permission, message)
            : block.Status > 128 ? (CollectorFailure.Timeout, message)
            : (CollectorFailure.Parse, message);
    }
}
