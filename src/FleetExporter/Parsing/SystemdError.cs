namespace FleetExporter.Parsing;

/// <summary>Classifies error messages of systemctl.</summary>
internal static class SystemdError
{
    private const string LingerHint =
        "the user manager of the login user is not running; run \"loginctl enable-linger USER\" to start it at boot and create its XDG_RUNTIME_DIR";

    public static SystemdFailure Classify(AnswerBlock block, IReadOnlyList<string> texts)
    {
        var (reason, message) = texts.Count == 0 ? block.StatusFailure("systemctl") : Reason(block, texts);
        return new SystemdFailure(block.Key, reason, message);
    }

    private static (CollectorFailure Reason, string Message) Reason(AnswerBlock block, IReadOnlyList<string> texts)
    {
        // A bus error follows this message and would be misclassified on its own.
        if (texts.FirstOrDefault(static t => t.Contains("System has not been booted with systemd", StringComparison.Ordinal)) is { } notBooted)
        {
            return (CollectorFailure.ToolMissing, Printable.Line(notBooted, 500));
        }

        var message = Printable.Line(texts[0], 500);
        if (block.Status == 127)
        {
            return (CollectorFailure.ToolMissing, message);
        }

        if (IsBusError(message))
        {
            return block.Key == "user" ? (CollectorFailure.Permission, $"{message}; {LingerHint}")
                : EndsWith(message, "No such file or directory") || EndsWith(message, "Host is down") ? (CollectorFailure.ToolMissing, message)
                : EndsWith(message, "Permission denied") ? (CollectorFailure.Permission, message)
                : (CollectorFailure.Parse, message);
        }

        return (block.Status > 128 ? CollectorFailure.Timeout : CollectorFailure.Parse, message);
    }

    /// <summary><c>Failed to connect to bus: …</c>; systemd 255 prints <c>Failed to connect to user scope bus via local transport: …</c>.</summary>
    private static bool IsBusError(string text) =>
        text.StartsWith("Failed to connect to ", StringComparison.Ordinal) && text.Contains("bus", StringComparison.Ordinal);

    private static bool EndsWith(string text, string reason) => text.EndsWith(reason, StringComparison.Ordinal);
}
