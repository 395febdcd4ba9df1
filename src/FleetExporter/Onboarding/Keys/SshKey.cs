using FleetExporter.Config;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.Onboarding.Keys;

/// <summary>A private key that connections may use, without its secret.</summary>
/// <param name="Path">Absolute path of the file.</param>
/// <param name="Type">Such as <c>ssh-ed25519</c>; null, with fingerprint and public key, if the file does not tell.</param>
/// <param name="Fingerprint">As <c>ssh-keygen -l</c> prints it.</param>
/// <param name="PublicKey">A line for authorized_keys.</param>
/// <param name="Usable">Whether a connection can log in with it.</param>
/// <param name="Reason">Why it is not usable, or how it is used if not as usual; one line, else null.</param>
internal sealed record SshKey(
    string Path, string? Type, string? Fingerprint, string? PublicKey, string? Comment, bool NeedsPassphrase, bool Usable, string? Reason)
{
    private const int MaxLength = 16 * 1024;

    /// <summary>Adds the public key to the login user's authorized_keys; for a shell on the host. Null without a public key.</summary>
    public string? InstallCommand => PublicKey is null ? null : Keys.InstallCommand.Of(PublicKey);

    /// <param name="ssh">The defaults of connections.</param>
    public static SshKey Read(string path, SshConfig ssh)
    {
        var info = PrivateKeys.Inspect(path);
        var line = PublicLineOf(path + ".pub");
        var blob = info.PublicKey ?? line?.Key;
        var comment = blob is not null && line is not null && line.Value.Key.AsSpan().SequenceEqual(blob) ? line.Value.Comment : null;
        var type = blob is null ? null : KnownHostsLine.TypeOf(blob);
        type = type?.All(c => char.IsAsciiLetterOrDigit(c) || "@.-".Contains(c)) == true ? type : null;
        var (isUsable, reason) = UseOf(path, info, ssh);
        return new SshKey(
            path, type,
            blob is null ? null : HostKeyCheck.FingerprintOf(blob),
            type is null ? null : $"{type} {Convert.ToBase64String(blob!)}{(comment is null ? "" : $" {comment}")}",
            comment, info.Requirement == KeyRequirement.Passphrase, isUsable, reason);
    }

    private static (bool IsUsable, string? Reason) UseOf(string path, PrivateKeyInfo info, SshConfig ssh)
    {
        var choice = SshClientChoice.Of(ssh with { KeyFile = path }, Environment.GetEnvironmentVariable);
        if (choice.IsBuiltin || info.Problem is null)
        {
            return (info.Problem is null, info.Problem);
        }

        var isInAgent = Environment.GetEnvironmentVariable("SSH_AUTH_SOCK") is { Length: > 0 }
            && (info.Requirement is not null || !File.Exists(path));
        return !SshClientChoice.HasOpenSsh(Environment.GetEnvironmentVariable) ? (false, "OpenSSH's client, which it requires, is not installed")
            : isInAgent || info.Requirement == KeyRequirement.SecurityKey ? (true, $"used with {choice.Client}: {choice.Reason}")
            : (false, info.Problem);
    }

    /// <summary>The public key file beside a private key; its comment consists of printable ASCII without quotes.</summary>
    private static (byte[] Key, string? Comment)? PublicLineOf(string path)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: > 0 and < MaxLength } || File.ReadLines(path).FirstOrDefault() is not { } line)
            {
                return null;
            }

            var words = line.Trim().Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            var key = words.Length >= 2 ? Convert.FromBase64String(words[1]) : [];
            var comment = words.Length == 3 ? string.Concat(words[2].Where(c => char.IsAsciiLetterOrDigit(c) || " @._:+-".Contains(c))).Trim() : "";
            return KnownHostsLine.TypeOf(key) == words[0] ? (key, comment.Length > 0 ? Printable.Cut(comment, 100) : null) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }
}
