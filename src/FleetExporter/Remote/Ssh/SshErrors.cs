using System.Text.RegularExpressions;
using FleetExporter.Config;

namespace FleetExporter.Remote.Ssh;

/// <summary>What OpenSSH's client writes to standard error (LogLevel DEBUG1, LC_ALL=C), as a reason and a sentence with the fix.</summary>
internal static partial class SshErrors
{
    public static StreamException Explain(string errorText, bool heard, HostAddress address, SshConfig config)
    {
        var said = LastWord(errorText);
        if (heard)
        {
            return Has("Timeout, server") || Has("Connection timed out")
                ? new(SshFailure.Timeout, said)
                : new(SshFailure.Closed, said.Length > 0 ? said : "the connection ended");
        }

        if (Has("REMOTE HOST IDENTIFICATION HAS CHANGED"))
        {
            return HostKeyAdvice.Changed(KeyOf(errorText), address, config.KnownHosts);
        }

        if (Has("REVOKED HOST KEY DETECTED"))
        {
            return HostKeyAdvice.Revoked(KeyOf(errorText), config.KnownHosts);
        }

        if (Has("host key is known for") || Has("Host key verification failed"))
        {
            return HostKeyAdvice.Unknown(KeyOf(errorText), address, config.KnownHosts);
        }

        if (Has("Could not resolve hostname"))
        {
            return new(SshFailure.Dns, said);
        }

        if (Has("Permission denied") || Has("Too many authentication failures") || Has("No supported authentication methods"))
        {
            return new(
                SshFailure.Auth,
                $"{said} (the host must list the public key of {config.KeyFile ?? "the service user"} in ~{config.User}/.ssh/authorized_keys)");
        }

        if (Has("Authenticated to"))
        {
            return new(SshFailure.Shell, $"logged in, but `exec sh -s` did not start the sampler{(said.Length > 0 ? ": " + said : "")}");
        }

        if (Has("Connection refused"))
        {
            return new(SshFailure.Refused, said);
        }

        if (Has("No route to host") || Has("Network is unreachable") || Has("Host is down"))
        {
            return new(SshFailure.Unreachable, said);
        }

        if (!Has("timed out")
            && (Has("banner exchange") || Has("kex_exchange_identification") || Has("no compatible protocol") || Has("Bad remote protocol version")
                || Has("Unable to negotiate")))
        {
            return new(SshFailure.Banner, said);
        }

        return Has("timed out")
            ? new(SshFailure.Timeout, said)
            : new(SshFailure.Closed, said.Length > 0 ? said : "ssh ended without a word");

        bool Has(string text) => errorText.Contains(text, StringComparison.Ordinal);
    }

    /// <summary>
    /// Whether the other end has answered. Where a jump host or another command makes the connection, ssh does not say; such a one counts.
    /// </summary>
    public static bool Reached(string errorText) =>
        errorText.Contains("Connection established", StringComparison.Ordinal)
            || errorText.Contains("Executing proxy command", StringComparison.Ordinal);

    /// <summary>No answer within the limit: how far ssh had come tells the reason.</summary>
    public static StreamException ExplainSilence(string errorText, TimeSpan waited) =>
        errorText.Contains("Authenticated to", StringComparison.Ordinal)
            ? new(SshFailure.Shell, $"logged in, but no word from the sampler within {waited.TotalSeconds:0} s")
            : errorText.Contains("Connection established", StringComparison.Ordinal)
                ? new(SshFailure.Timeout, $"connected, but the SSH handshake did not end within {waited.TotalSeconds:0} s")
                : new(SshFailure.Timeout, $"no answer within {waited.TotalSeconds:0} s");

    /// <summary>The last line that is meant for people, without control characters.</summary>
    private static string LastWord(string errorText)
    {
        var line = errorText.Split('\n')
            .LastOrDefault(l => l.Length > 0 && !l.StartsWith("debug", StringComparison.Ordinal) && !Chatter().IsMatch(l)) ?? "";
        return Printable.Line(line, 300);
    }

    /// <summary>The key of ssh's own line. The peer's texts, its version for one, stand inside lines, and before this one.</summary>
    private static string KeyOf(string errorText) =>
        ServerKey().Matches(errorText) is [.., var key] ? $"the key {key.Groups[1].Value} {key.Groups[2].Value}" : "a key";

    [GeneratedRegex(
        @"^debug1: Server host key: ([a-z0-9@.-]{1,64}) (SHA256:[A-Za-z0-9+/]{43})\r?$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ServerKey();

    // What LogLevel DEBUG1 says beside the debug lines, even when all is well.
    [GeneratedRegex(@"^(OpenSSH_|Authenticated to |Disconnected from |Transferred: |Bytes per second: |Warning: Permanently added )")]
    private static partial Regex Chatter();
}
