using System.Text.RegularExpressions;
using FleetExporter.Config;

namespace FleetExporter.Remote.Ssh;

/// <summary>Maps standard error of OpenSSH's client (LogLevel DEBUG1, LC_ALL=C) to a reason and a message with the fix.</summary>
internal static partial class SshErrors
{
    public static StreamException Explain(string errorText, bool helloReceived, HostAddress address, SshConfig config)
    {
        var message = LastMessage(errorText);
        if (helloReceived)
        {
            return Has("Timeout, server") || Has("Connection timed out")
                ? new(SshFailure.Timeout, message)
                : new(SshFailure.Closed, message.Length > 0 ? message : "the connection ended");
        }

        if (Has("REMOTE HOST IDENTIFICATION HAS CHANGED"))
        {
            return HostKeyErrors.Changed(KeyOf(errorText), address, config.KnownHosts);
        }

        if (Has("REVOKED HOST KEY DETECTED"))
        {
            return HostKeyErrors.Revoked(KeyOf(errorText), config.KnownHosts);
        }

        if (Has("host key is known for") || Has("Host key verification failed"))
        {
            return HostKeyErrors.Unknown(KeyOf(errorText), address, config.KnownHosts);
        }

        if (Has("Could not resolve hostname"))
        {
            return new(SshFailure.Dns, message);
        }

        if (Has("Permission denied") || Has("Too many authentication failures") || Has("No supported authentication methods"))
        {
            return new(
                SshFailure.Auth,
                $"{message} (the host must list the public key of {config.KeyFile ?? "the service user"} in ~{config.User}/.ssh/authorized_keys)");
        }

        if (Has("Authenticated to"))
        {
            return new(SshFailure.Shell, $"logged in, but `exec sh -s` did not start the sampler{(message.Length > 0 ? ": " + message : "")}");
        }

        if (Has("Connection refused"))
        {
            return new(SshFailure.Refused, message);
        }

        if (Has("No route to host") || Has("Network is unreachable") || Has("Host is down"))
        {
            return new(SshFailure.Unreachable, message);
        }

        if (!Has("timed out")
            && (Has("banner exchange") || Has("kex_exchange_identification") || Has("no compatible protocol") || Has("Bad remote protocol version")
                || Has("Unable to negotiate")))
        {
            return new(SshFailure.Banner, message);
        }

        return Has("timed out")
            ? new(SshFailure.Timeout, message)
            : new(SshFailure.Closed, message.Length > 0 ? message : "ssh exited without a message");

        bool Has(string text) => errorText.Contains(text, StringComparison.Ordinal);
    }

    /// <summary>
    /// Whether the server has answered. Through a jump host or ProxyCommand ssh does not tell, so such a connection counts as answered.
    /// </summary>
    public static bool Reached(string errorText) =>
        errorText.Contains("Connection established", StringComparison.Ordinal)
            || errorText.Contains("Executing proxy command", StringComparison.Ordinal);

    /// <summary>Explains a timeout from the phase that ssh had reached.</summary>
    public static StreamException ExplainTimeout(string errorText, TimeSpan waited) =>
        errorText.Contains("Authenticated to", StringComparison.Ordinal)
            ? new(SshFailure.Shell, $"logged in, but no hello from the sampler within {waited.TotalSeconds:0} s")
            : errorText.Contains("Connection established", StringComparison.Ordinal)
                ? new(SshFailure.Timeout, $"connected, but the SSH handshake did not complete within {waited.TotalSeconds:0} s")
                : new(SshFailure.Timeout, $"no answer within {waited.TotalSeconds:0} s");

    /// <summary>The last line that is no debug or routine output, without control characters.</summary>
    private static string LastMessage(string errorText)
    {
        var line = errorText.Split('\n')
            .LastOrDefault(l => l.Length > 0 && !l.StartsWith("debug", StringComparison.Ordinal) && !RoutineOutput().IsMatch(l)) ?? "";
        return Printable.Line(line, 300);
    }

    /// <summary>The host key from ssh's own line. Text of the server, such as its version, only occurs within earlier lines.</summary>
    private static string KeyOf(string errorText) =>
        ServerKey().Matches(errorText) is [.., var key] ? $"the key {key.Groups[1].Value} {key.Groups[2].Value}" : "a key";

    [GeneratedRegex(
        @"^debug1: Server host key: ([a-z0-9@.-]{1,64}) (SHA256:[A-Za-z0-9+/]{43})\r?$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ServerKey();

    // Lines of LogLevel DEBUG1 without the debug prefix that are printed even without errors.
    [GeneratedRegex(@"^(OpenSSH_|Authenticated to |Disconnected from |Transferred: |Bytes per second: |Warning: Permanently added )")]
    private static partial Regex RoutineOutput();
}
