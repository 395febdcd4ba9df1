using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using FleetExporter.Config;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.Onboarding.Keys;

/// <summary>The key of a host that is not in known_hosts, as the host presents it.</summary>
/// <param name="Name">The host's name in known_hosts.</param>
/// <param name="Type">Such as <c>ssh-ed25519</c>.</param>
internal sealed record PresentedKey(string Name, string Type, byte[] Key)
{
    /// <summary>As <c>ssh-keygen -l</c> prints it.</summary>
    public string Fingerprint => HostKeyCheck.FingerprintOf(Key);

    /// <summary>Path of the public key on the host, for comparison.</summary>
    public string FileOnHost => Type switch
    {
        ['e', 'c', 'd', 's', 'a', ..] => "/etc/ssh/ssh_host_ecdsa_key.pub",
        "ssh-rsa" => "/etc/ssh/ssh_host_rsa_key.pub",
        _ => "/etc/ssh/ssh_host_ed25519_key.pub",
    };

    /// <summary>Connects as the service would, with the same SSH client.</summary>
    /// <returns>Null if the host's key is already trusted.</returns>
    /// <exception cref="StreamException">The host presented no key, or known_hosts has another one for it.</exception>
    public static async Task<PresentedKey?> FetchAsync(
        HostAddress address, SshConfig ssh, KnownHosts known, TimeProvider clock, CancellationToken stop)
    {
        if (!SshClientChoice.Of(ssh, Environment.GetEnvironmentVariable).IsBuiltin)
        {
            return await FetchWithOpenSshAsync(address, ssh, known, stop).ConfigureAwait(false);
        }

        var handshake = new SshHandshake(address, ssh with { HostKeys = HostKeyPolicy.Strict }, known, clock);
        try
        {
            await using var connection = await handshake.RunAsync(stop).ConfigureAwait(false);
            return null;
        }
        catch (StreamException) when (handshake.UnknownKey is not null)
        {
            return new PresentedKey(KnownHosts.NameOf(address), handshake.UnknownKey.Value.Type, handshake.UnknownKey.Value.Key);
        }
        catch (StreamException) when (handshake.Phase == ConnectPhase.Login)
        {
            // The key is trusted; a failed login is reported by probe.
            return null;
        }
    }

    /// <summary>Lets ssh, which knows aliases and jump hosts, write the key of a new host into a temporary known_hosts file.</summary>
    private static async Task<PresentedKey?> FetchWithOpenSshAsync(HostAddress address, SshConfig ssh, KnownHosts known, CancellationToken stop)
    {
        var file = Path.GetTempFileName();
        try
        {
            var lastError = await RunAsync(address, ssh, file, stop).ConfigureAwait(false);
            if (File.ReadLines(file).Select(KnownHostsLine.Parse).LastOrDefault(l => l is not null) is not { } line)
            {
                throw new StreamException(SshFailure.Closed, lastError.Length > 0 ? lastError : "ssh exited before the host presented a key");
            }

            var presented = new PresentedKey(line.Hosts, line.KeyType, line.Key);
            var keys = known.Find(line.Hosts).Keys;
            return keys.Any(k => k.Key.AsSpan().SequenceEqual(line.Key)) ? null
                : keys.All(k => k.KeyType != line.KeyType) ? presented
                : throw HostKeyErrors.Changed($"the key {presented.Type} {presented.Fingerprint}", address, known.Path);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <returns>The last line that ssh wrote to standard error.</returns>
    private static async Task<string> RunAsync(HostAddress address, SshConfig ssh, string file, CancellationToken stop)
    {
        string[] options =
        [
            "BatchMode=yes", "StrictHostKeyChecking=accept-new", $"UserKnownHostsFile=\"{file}\"", "GlobalKnownHostsFile=/dev/null",
            "HashKnownHosts=no", "CheckHostIP=no", "UpdateHostKeys=no", "PreferredAuthentications=none",
            "ControlMaster=no", "ControlPath=none", "ConnectionAttempts=1", "LogLevel=ERROR",
            string.Create(CultureInfo.InvariantCulture, $"ConnectTimeout={Math.Ceiling(ssh.ConnectTimeout.TotalSeconds):0}"),
        ];
        string[] arguments =
        [
            "-F", ssh.ConfigFile ?? "none", "-T", .. options.SelectMany(o => (string[])["-o", o]),
            .. ssh.User is { } user ? (string[])["-l", user] : [],
            .. address.Port is { } port ? (string[])["-p", port.ToString(CultureInfo.InvariantCulture)] : [], "--", address.Host, "exit",
        ];
        var start = new ProcessStartInfo("ssh", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ChildEnvironment.Clean(start);
        start.Environment["SSH_ASKPASS"] = "/bin/false";
        start.Environment["SSH_ASKPASS_REQUIRE"] = "force";
        try
        {
            using var process = Process.Start(start)!;
            using var end = stop.Register(process.Kill);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(stop);
            var error = await process.StandardError.ReadToEndAsync(stop).ConfigureAwait(false);
            await output.ConfigureAwait(false);
            await process.WaitForExitAsync(stop).ConfigureAwait(false);
            return Printable.Line(error.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "", 300);
        }
        catch (Win32Exception)
        {
            throw new StreamException(
                SshFailure.Shell, "the host requires OpenSSH's client, which is not installed on this machine (Debian: openssh-client)");
        }
    }
}
