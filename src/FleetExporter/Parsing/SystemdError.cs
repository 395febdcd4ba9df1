namespace FleetExporter.Parsing;

/// <summary>What the texts of systemctl mean.</summary>
internal static class SystemdError
{
    private const string Lingering =
        "the login user has no systemd of its own running: \"loginctl enable-linger USER\" starts it at boot and creates its XDG_RUNTIME_DIR";

    public static SystemdFault Classify(AnswerBlock block, IReadOnlyList<string> texts)
    {
        var (reason, message) = texts.Count == 0 ? block.StatusFailure("systemctl") : Reason(block, texts);
        return new SystemdFault(block.Key, reason, message);
    }

    private static (CollectorFailure Reason, string Message) Reason(AnswerBlock block, IReadOnlyList<string> texts)
    {
        // The refusal is followed by the bus error, which would be misread on its own.
        if (texts.FirstOrDefault(static t => t.Contains("System has not been booted with systemd", StringComparison.Ordinal)) is { } refusal)
        {
            return (CollectorFailure.ToolMissing, Printable.Line(refusal, 500));
        }

        var message = Printable.Line(texts[0], 500);
        if (block.Status == 127)
        {
            return (CollectorFailure.ToolMissing, message);
        }

        if (IsBusError(message))
        {
            return block.Key == "user" ? (CollectorFailure.Permission, $"{message}; {Lingering}")
                : Ends(message, "No such file or directory") || Ends(message, "Host is down") ? (CollectorFailure.ToolMissing, message)
                : Ends(message, "Permission denied") ? (CollectorFailure.Permission, message)
                : (CollectorFailure.Parse, message);
        }

        return (block.Status > 128 ? CollectorFailure.Timeout : CollectorFailure.Parse, message);
    }

    /// <summary><c>Failed to connect to bus: …</c>; systemd 255 says <c>Failed to connect to user scope bus via local transport: …</c>.</summary>
    private static bool IsBusError(string text) =>
        text.StartsWith("Failed to connect to ", StringComparison.Ordinal) && text.Contains("bus", StringComparison.Ordinal);

    private static bool Ends(string text, string reason) => text.EndsWith(reason, StringComparison.Ordinal);
}
