using FleetExporter.Config;
using FleetExporter.Config.Binding;

namespace FleetExporter.Remote.Ssh;

/// <summary>Which SSH client reaches a host, and why.</summary>
/// <param name="IsBuiltin">Otherwise it is OpenSSH's.</param>
/// <param name="Reason">A clause for a person, such as <c>client: openssh</c> or <c>config_file is given</c>.</param>
internal sealed record SshClientChoice(bool IsBuiltin, string Reason)
{
    /// <summary>The client's name for a person.</summary>
    public string Client => IsBuiltin ? "built-in client" : "OpenSSH's client";

    /// <param name="environment">The service's environment: an agent is found by <c>SSH_AUTH_SOCK</c>.</param>
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
            return new(false, "only OpenSSH reads config_file, with its aliases and jump hosts");
        }

        var hasAgent = environment("SSH_AUTH_SOCK") is { Length: > 0 };
        if (config.KeyFile is not { } key)
        {
            return hasAgent
                ? new(false, "no key_file is given, and only OpenSSH uses the ssh-agent of SSH_AUTH_SOCK")
                : new(true, "nothing needs OpenSSH");
        }

        return PrivateKeys.NeedOf(key) switch
        {
            KeyNeed.SecurityKey => new(false, "the key needs a FIDO security key, which only OpenSSH uses"),
            KeyNeed.Passphrase when hasAgent => new(false, "the key has a passphrase, and only OpenSSH uses the ssh-agent of SSH_AUTH_SOCK"),
            _ when hasAgent && !File.Exists(key) && File.Exists(key + ".pub") => new(false, "the private key is only in the agent of SSH_AUTH_SOCK"),
            _ => new(true, "nothing needs OpenSSH"),
        };
    }

    /// <summary>Whether this machine has OpenSSH's client on its PATH.</summary>
    public static bool HasOpenSsh(Func<string, string?> environment) =>
        (environment("PATH") ?? "").Split(':').Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, "ssh")));
}
