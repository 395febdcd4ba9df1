using FleetExporter.Config;

namespace FleetExporter.Remote.Ssh;

/// <summary>Which SSH client reaches a host, and why.</summary>
/// <param name="IsBuiltin">The built-in client; otherwise OpenSSH's.</param>
/// <param name="Reason">For people, such as <c>client: openssh</c>.</param>
internal sealed record SshClientChoice(bool IsBuiltin, string Reason)
{
    /// <summary>Display name of the client.</summary>
    public string Client => IsBuiltin ? "built-in client" : "OpenSSH's client";

    /// <param name="environment">The exporter's environment, with <c>SSH_AUTH_SOCK</c> if there is an agent.</param>
    public static SshClientChoice Of(SshConfig config, Func<string, string?> environment)
    {
        switch (config.Client)
        {
            case SshClientKind.Builtin:
                return new(true, "client: builtin");
            case SshClientKind.OpenSsh:
                return new(false, "client: openssh");
            default:
                break;
        }

        if (config.ConfigFile is not null)
        {
            return new(false, "only OpenSSH supports config_file with its aliases and jump hosts");
        }

        var hasAgent = environment("SSH_AUTH_SOCK") is { Length: > 0 };
        if (config.KeyFile is not { } key)
        {
            return hasAgent
                ? new(false, "key_file is not set, and only OpenSSH supports the ssh-agent of SSH_AUTH_SOCK")
                : new(true, "nothing requires OpenSSH");
        }

        return PrivateKeys.RequirementOf(key) switch
        {
            KeyRequirement.SecurityKey => new(false, "the key needs a FIDO security key, which only OpenSSH supports"),
            KeyRequirement.Passphrase when hasAgent =>
                new(false, "the key has a passphrase, and only OpenSSH supports the ssh-agent of SSH_AUTH_SOCK"),
            _ when hasAgent && !File.Exists(key) && File.Exists(key + ".pub") => new(false, "the private key is only in the agent of SSH_AUTH_SOCK"),
            _ => new(true, "nothing requires OpenSSH"),
        };
    }

    /// <summary>Whether OpenSSH's client is on the PATH.</summary>
    public static bool HasOpenSsh(Func<string, string?> environment) =>
        (environment("PATH") ?? "").Split(':').Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, "ssh")));
}
