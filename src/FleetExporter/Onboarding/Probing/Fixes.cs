using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Onboarding.Probing;

/// <summary>How to fix a failure, by reason.</summary>
internal static class Fixes
{
    public const string UnreadableKey =
        "Correct key_file, or create a key there (ssh-keygen -t ed25519 -N '' -f FILE) and put FILE.pub "
        + "into ~/.ssh/authorized_keys of the login user.";

    public static string Of(SshFailure reason) => reason switch
    {
        SshFailure.Dns => "Correct the address, or add the name to DNS or /etc/hosts.",
        SshFailure.Refused => "Start sshd on the host, or correct the port.",
        SshFailure.Unreachable => "Check the network, the VPN and the route to the host.",
        SshFailure.Timeout => "Check that the machine is on and no firewall drops the port; on a slow link, raise connect_timeout.",
        SshFailure.HostkeyUnknown => "Compare the fingerprint on the host, then trust the key.",
        SshFailure.HostkeyChanged => "Find out why first: a reinstalled host, or a man-in-the-middle attack. Then remove the old key.",
        SshFailure.Auth => "Put the public key into ~/.ssh/authorized_keys of the login user; check the user and the key.",
        SshFailure.Banner => "Another program than sshd answers on this port, or sshd is overloaded (MaxStartups) or blocks this address.",
        SshFailure.Closed => "See the host's sshd log (journalctl -u ssh).",
        SshFailure.Shell =>
            "The login user needs a shell that can run `exec sh -s`: not nologin, no ForceCommand that replaces it, no profile that exits.",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };

    public static string Of(TargetFailure reason) => reason switch
    {
        TargetFailure.Dns => "Correct its name, or add it to DNS or /etc/hosts of the machine the exporter runs on.",
        TargetFailure.Refused => "Start it, make it listen on an address the exporter can reach, or correct its address and port.",
        TargetFailure.Timeout => "Check that it runs, is not overloaded, and no firewall drops the port; raise timeout if it is always slow.",
        TargetFailure.Tls => "Renew or correct the certificate, or trust its CA on the machine the exporter runs on.",
        TargetFailure.Auth =>
            "Check the key or token: its file must be readable by the exporter and hold what the server accepts.",
        TargetFailure.Status => "Check its log, and the path of its URL.",
        TargetFailure.Body => "Another program may answer here: check its address and kind.",
        TargetFailure.TooLarge => "Another program may answer here: check its address.",
        TargetFailure.Redirect => "Redirects are not followed: if the new address is correct, use that one.",
        TargetFailure.Protocol =>
            "It closes the connection early or speaks another protocol: check the port, http or https, and its log.",
        TargetFailure.ReportedError => "It reports an error itself: check its log.",
        TargetFailure.Bug => "The exporter failed on the answer; please report it with the log line.",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };
}
