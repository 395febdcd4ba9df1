using System.Security.Cryptography;
using FleetExporter.Config;
using Renci.SshNet.Common;
using Renci.SshNet.Security;

namespace FleetExporter.Remote.Ssh;

/// <summary>Decides whether a host's key is trusted, as OpenSSH does with <c>StrictHostKeyChecking</c> <c>yes</c> or <c>accept-new</c>.</summary>
internal sealed class HostKeyCheck
{
    private readonly HostAddress _address;
    private readonly HostKeyPolicy _policy;
    private readonly KnownHosts _file;
    private readonly TimeProvider _clock;
    private readonly string _name;
    private readonly KnownKeys _known;
    private byte[]? _accepted;

    /// <exception cref="IOException">known_hosts cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public HostKeyCheck(HostAddress address, HostKeyPolicy policy, KnownHosts file, TimeProvider clock)
    {
        _address = address;
        _policy = policy;
        _file = file;
        _clock = clock;
        _name = KnownHosts.NameOf(address);
        _known = file.Find(_name);
    }

    /// <summary>Why the key is not trusted; null if it is, and before the check.</summary>
    public StreamException? Failure { get; private set; }

    /// <summary>The presented key, if known_hosts has none of its type for the host; otherwise null.</summary>
    public (string Type, byte[] Key)? Unknown { get; private set; }

    public IReadOnlyList<string> Algorithms => SshAlgorithms.HostKeyOrder([.. _known.Keys.Select(k => k.KeyType)], _known.Authorities.Count > 0);

    /// <summary>SSH.NET trusts by default, so <c>CanTrust</c> is always set.</summary>
    public void Check(object? sender, HostKeyEventArgs presented)
    {
        presented.CanTrust = false;
        try
        {
            // A later key exchange on the connection must present the same key.
            Failure = _accepted is null ? Evaluate(presented)
                : _accepted.AsSpan().SequenceEqual(presented.HostKey) ? null
                : Changed(presented);
            presented.CanTrust = Failure is null;
            _accepted ??= Failure is null ? presented.HostKey : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failure = new StreamException(SshFailure.HostkeyUnknown, $"{_file.Path}: {Printable.Line(e.Message, 200)}");
        }
    }

    private StreamException? Evaluate(HostKeyEventArgs presented)
    {
        var type = KnownHostsLine.TypeOf(presented.HostKey) ?? "";
        if (type == "ssh-rsa" && presented.KeyLength < SshAlgorithms.MinRsaBits)
        {
            return new(
                SshFailure.Banner,
                $"the host presents an RSA key of {presented.KeyLength} bits; at least {SshAlgorithms.MinRsaBits} are required");
        }

        var authority = presented.Certificate?.CertificateAuthorityKey;
        if (_known.Revoked.Any(r => Same(r, presented.HostKey) || (authority is not null && Same(r, authority))))
        {
            return HostKeyErrors.Revoked(KeyOf(presented), _file.Path);
        }

        if (presented.Certificate is { } certificate && _known.Authorities.Any(a => Same(a, certificate.CertificateAuthorityKey)))
        {
            return Problem(certificate) is { } problem
                ? new(SshFailure.HostkeyUnknown, $"the host presents a certificate signed by a trusted authority, but {problem}")
                : null;
        }

        if (_known.Keys.Any(k => Same(k, presented.HostKey)))
        {
            return null;
        }

        if (_known.Keys.Any(k => k.KeyType == type))
        {
            return Changed(presented);
        }

        // As in OpenSSH, an entry without the port can confirm the key, but not contradict it.
        if (_name.StartsWith('[') && _file.Find(_address.Host.ToLowerInvariant()).Keys.Any(k => Same(k, presented.HostKey)))
        {
            return null;
        }

        if (_policy == HostKeyPolicy.AcceptNew)
        {
            _file.Add(_name, type, presented.HostKey);
            return null;
        }

        Unknown = (type, presented.HostKey);
        return HostKeyErrors.Unknown(KeyOf(presented), _address, _file.Path);
    }

    /// <summary>What makes a host certificate invalid; null when it is valid. SSH.NET has verified its signature.</summary>
    private string? Problem(Certificate certificate)
    {
        var now = (ulong)_clock.GetUtcNow().ToUnixTimeSeconds();
        return certificate.Type != Certificate.CertificateType.Host ? "it is a user's certificate, not a host's"
            : now < certificate.ValidAfterUnixSeconds ? "it is not valid yet"
            : now >= certificate.ValidBeforeUnixSeconds ? "it has expired"
            : certificate.CriticalOptions.Count > 0 ? "it has critical options, which host certificates do not have"
            : certificate.ValidPrincipals.Count > 0 && !certificate.ValidPrincipals.Any(p => KnownHostsLine.MatchesPatterns(p, _address.Host))
                ? $"it is for {Printable.Line(string.Join(", ", certificate.ValidPrincipals), 100)}, not for {_address.Host}"
            : null;
    }

    private StreamException Changed(HostKeyEventArgs presented) => HostKeyErrors.Changed(KeyOf(presented), _address, _file.Path);

    private static string KeyOf(HostKeyEventArgs presented) =>
        $"the key {KnownHostsLine.TypeOf(presented.HostKey)} {FingerprintOf(presented.HostKey)}";

    /// <summary>As <c>ssh-keygen -l</c> prints it.</summary>
    internal static string FingerprintOf(byte[] key) => $"SHA256:{Convert.ToBase64String(SHA256.HashData(key)).TrimEnd('=')}";

    private static bool Same(KnownHostsLine line, byte[] key) => line.Key.AsSpan().SequenceEqual(key);
}
