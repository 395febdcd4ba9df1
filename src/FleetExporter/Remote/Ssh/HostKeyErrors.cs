using FleetExporter.Config;

namespace FleetExporter.Remote.Ssh;

/// <summary>Errors of untrusted host keys, with their fix; the same for both SSH clients.</summary>
internal static class HostKeyErrors
{
    /// <param name="key">For example <c>the key ssh-ed25519 SHA256:…</c>.</param>
    public static StreamException Unknown(string key, HostAddress address, string knownHosts) => new(
        SshFailure.HostkeyUnknown,
        $"the host presents {key}, which is not in {knownHosts}. Compare it on the host "
        + $"(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then trust it: fleet-exporter trust {ShellWord.Of(address.ToString())}");

    public static StreamException Changed(string key, HostAddress address, string knownHosts) => new(
        SshFailure.HostkeyChanged,
        $"the host presents {key}, which is not the key in {knownHosts}. If the host was reinstalled, remove the old key: "
        + $"ssh-keygen -f {knownHosts} -R '{KnownHosts.NameOf(address)}'");

    public static StreamException Revoked(string key, string knownHosts) => new(
        SshFailure.HostkeyChanged, $"the host presents {key}, which {knownHosts} marks as @revoked. Create a new host key.");
}
