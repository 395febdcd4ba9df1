namespace FleetExporter.Onboarding.Keys;

/// <summary>
/// The shell line that adds a public key to <c>~/.ssh/authorized_keys</c>: for any login shell, idempotent, with the rights that sshd demands.
/// </summary>
internal static class InstallCommand
{
    private const string Script =
        """
        umask 077; k="KEY"; d="$HOME/.ssh"; f="$d/authorized_keys"; mkdir -p "$d" && touch "$f" &&
        { [ -z "$(tail -c 1 "$f")" ] || echo >>"$f"; } && { grep -qxF "$k" "$f" || echo "$k" >>"$f"; } && chmod 700 "$d" && chmod 600 "$f"
        """;

    /// <param name="publicKey">Type, base64 and comment: letters, digits, blanks and <c>@._:+/=-</c> only.</param>
    /// <exception cref="ArgumentException">The key contains other characters.</exception>
    public static string Of(string publicKey) => publicKey.All(c => char.IsAsciiLetterOrDigit(c) || " @._:+/=-".Contains(c))
        ? $"sh -c '{Script.Replace("\r", "", StringComparison.Ordinal).Replace('\n', ' ').Replace("KEY", publicKey, StringComparison.Ordinal)}'"
        : throw new ArgumentException("not a line of authorized_keys that needs no quotes", nameof(publicKey));
}
