using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Cli.Onboarding;

/// <summary>What to do about a failure, by reason.</summary>
internal static class Fixes
{
    public const string UnreadableKey =
        "Correct key_file in fleet.yml, or make a key there (ssh-keygen -t ed25519 -N '' -f FILE) and put FILE.pub "
        + "into ~/.ssh/authorized_keys of the login user.";

    public static string Of(SshFailure reason) => reason switch
    {
        SshFailure.Dns => "Correct address in fleet.yml, or add the name to DNS or /etc/hosts.",
        SshFailure.Refused => "Start sshd on the host, or correct the port in fleet.yml.",
        SshFailure.Unreachable => "Check the network, the VPN and the route to the host.",
        SshFailure.Timeout => "Is the machine on? Does a firewall drop the port? A longer connect_timeout helps a slow link.",
        SshFailure.HostkeyUnknown => "Compare the fingerprint on the host, then trust the key with the command above.",
        SshFailure.HostkeyChanged => "Find out why before anything else: a reinstalled host, or somebody in between. Then remove the old key.",
        SshFailure.Auth => "Put the public key of key_file into ~/.ssh/authorized_keys of the login user; check user and key_file in fleet.yml.",
        SshFailure.Banner => "Something else than sshd answers on this port, or sshd is overloaded (MaxStartups) or blocks this address.",
        SshFailure.Closed => "See the host's sshd log (journalctl -u ssh).",
        SshFailure.Shell =>
            "The login user needs a shell that can run `exec sh -s`: not nologin, no ForceCommand that swallows it, no start file that exits.",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };

    public static string Of(TargetFailure reason) => reason switch
    {
        TargetFailure.Dns => "Correct the name in fleet.yml, or add it to DNS or /etc/hosts of the machine the exporter runs on.",
        TargetFailure.Refused => "Start it, let it listen on an address that the exporter reaches, or correct address and port in fleet.yml.",
        TargetFailure.Timeout => "Is it on, and overloaded? Does a firewall drop the port? A longer timeout helps one that is slow by nature.",
        TargetFailure.Tls => "Renew or correct the certificate, or install its authority on the machine the exporter runs on.",
        TargetFailure.Auth =>
            "Check the key or token: the file that fleet.yml names must be readable for the exporter and hold what the server accepts.",
        TargetFailure.Status => "Look at its own log, and check the path in fleet.yml.",
        TargetFailure.Body => "Something else may answer here: check address and kind in fleet.yml.",
        TargetFailure.TooLarge => "Something else may answer here: check the address in fleet.yml.",
        TargetFailure.Redirect => "Give the address it sends to in fleet.yml, if that is the right one: redirects are not followed.",
        TargetFailure.Protocol =>
            "It closes the connection early or speaks another protocol: is the port right, and http or https? Its log says more.",
        TargetFailure.ReportedError => "It says itself that it fails: look at its own log.",
        TargetFailure.Bug => "The exporter failed on the answer; please report it with the log line.",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };
}
