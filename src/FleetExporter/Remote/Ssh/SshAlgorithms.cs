using Renci.SshNet;
using Renci.SshNet.Security;
using ConnectionInfo = Renci.SshNet.ConnectionInfo;

namespace FleetExporter.Remote.Ssh;

/// <summary>
/// The offered algorithms in order of preference: those of OpenSSH 9.2's client without SHA-1. By default SSH.NET also offers 3des-cbc,
/// AES in CBC mode, diffie-hellman-group1-sha1, HMAC-SHA1 and ssh-rsa.
/// </summary>
internal static class SshAlgorithms
{
    /// <summary>
    /// Hybrid post-quantum exchanges first, as in OpenSSH. No group exchange, because SSH.NET accepts groups of 1024 bits from the server.
    /// </summary>
    public static readonly IReadOnlyList<string> KeyExchanges =
    [
        "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com", "mlkem768x25519-sha256", "curve25519-sha256", "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
        "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512", "diffie-hellman-group14-sha256",
    ];

    /// <summary>In the order of their measured CPU time (docs/performance.md): AES-GCM, then AES in counter mode, then ChaCha20.</summary>
    public static readonly IReadOnlyList<string> Ciphers =
    [
        "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr", "chacha20-poly1305@openssh.com",
    ];

    public static readonly IReadOnlyList<string> Macs =
        ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"];

    public static readonly IReadOnlyList<string> HostKeys =
        ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256"];

    public static readonly IReadOnlyList<string> HostCertificates =
    [
        "ssh-ed25519-cert-v01@openssh.com", "ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp384-cert-v01@openssh.com",
        "ecdsa-sha2-nistp521-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com",
    ];

    /// <summary>OpenSSH 9.2's <c>RequiredRSASize</c>, in bits.</summary>
    public const int MinRsaBits = 1024;

    /// <param name="hostKeys">The host key algorithms, in the order of preference; see <see cref="HostKeyOrder"/>.</param>
    /// <param name="wrap">Wraps each key exchange.</param>
    public static void Apply(ConnectionInfo connection, IReadOnlyList<string> hostKeys, Func<Func<IKeyExchange>, Func<IKeyExchange>> wrap)
    {
        Keep(connection.KeyExchangeAlgorithms, KeyExchanges, wrap);
        Keep(connection.Encryptions, Ciphers, static c => c);
        Keep(connection.HmacAlgorithms, Macs, static m => m);
        // Host certificates need the plain algorithms too, to verify the authority's signature; these come last.
        Keep(connection.HostKeyAlgorithms, hostKeys, static k => k);
        // With compression, a small packet could expand to a large one.
        Keep(connection.CompressionAlgorithms, ["none"], static c => c);
    }

    /// <summary>Algorithms with a key in known_hosts come first, so that a server with several keys presents a known one.</summary>
    /// <param name="known">Key types that known_hosts has for the host, such as <c>ssh-rsa</c>.</param>
    /// <param name="hasAuthority">Whether known_hosts has a certificate authority for the host; otherwise certificates are not requested.</param>
    public static IReadOnlyList<string> HostKeyOrder(IReadOnlyCollection<string> known, bool hasAuthority) =>
    [
        .. hasAuthority ? HostCertificates : [],
        .. HostKeys.Where(a => known.Contains(KeyTypeOf(a))),
        .. HostKeys.Where(a => !known.Contains(KeyTypeOf(a))),
    ];

    /// <summary>The key type of a signature algorithm: <c>ssh-rsa</c> for <c>rsa-sha2-512</c>.</summary>
    public static string KeyTypeOf(string algorithm) => algorithm.StartsWith("rsa-sha2-", StringComparison.Ordinal) ? "ssh-rsa" : algorithm;

    private static void Keep<T>(IOrderedDictionary<string, T> offered, IReadOnlyList<string> wanted, Func<T, T> change)
    {
        var kept = wanted.Where(offered.ContainsKey).Select(name => (name, change(offered[name]))).ToList();
        offered.Clear();
        foreach (var (name, value) in kept)
        {
            offered.Add(name, value);
        }
    }
}
