using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FleetExporter.Config;
using FleetExporter.Metrics;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace FleetExporter.Api;

/// <summary>The service's own certificate, from the files of <c>tls</c>. Each handshake takes the one that was read last.</summary>
internal sealed class ServerCertificate : IPagePart
{
    internal static readonly MetricFamily NotAfter = MetricFamily.Gauge(
        "fleet_tls_certificate_not_after_timestamp_seconds", "When the certificate that the service presents expires; absent without TLS.");

    private readonly string _certificateFile;
    private readonly string _keyFile;
    private volatile SslStreamCertificateContext _current;

    private ServerCertificate(string certificateFile, string keyFile)
    {
        _certificateFile = certificateFile;
        _keyFile = keyFile;
        _current = Read();
    }

    public string CertificateFile => _certificateFile;

    public IReadOnlyList<string> Files => [_certificateFile, _keyFile];

    public DateTimeOffset Expires => new(_current.TargetCertificate.NotAfter);

    /// <summary>A name or address that the certificate is for, the one a client may check it by; null when it has none.</summary>
    public string? Name
    {
        get
        {
            var names = _current.TargetCertificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
            return names?.EnumerateDnsNames().FirstOrDefault() is { } name
                ? (name.StartsWith("*.", StringComparison.Ordinal) ? $"fleet{name[1..]}" : name)
                : names?.EnumerateIPAddresses().FirstOrDefault()?.ToString();
        }
    }

    /// <returns>Null without TLS.</returns>
    /// <exception cref="FormatException">The files hold no certificate with its key, or cannot be read.</exception>
    public static ServerCertificate? Open(TlsConfig tls) =>
        tls is { CertificateFile: { } certificate, KeyFile: { } key } ? new ServerCertificate(certificate, key) : null;

    /// <summary>Reads the files again. Connections that are open keep what they were made with.</summary>
    /// <returns>Whether it is another certificate now.</returns>
    /// <exception cref="FormatException">As of <see cref="Open"/>; then the one that was read before stays.</exception>
    public bool Reload()
    {
        var read = Read();
        var isOther = read.TargetCertificate.Thumbprint != _current.TargetCertificate.Thumbprint;
        _current = read;
        return isOther;
    }

    /// <summary>How an endpoint answers a handshake.</summary>
    public TlsHandshakeCallbackOptions Handshake() => new()
    {
        OnConnection = _ => ValueTask.FromResult(
            new SslServerAuthenticationOptions { ServerCertificateContext = _current, AllowRenegotiation = false }),
    };

    public void WriteTo(MetricsPage page) => page.Add(NotAfter, Labels.None, Expires.ToUnixTimeSeconds());

    private SslStreamCertificateContext Read()
    {
        try
        {
            var pem = File.ReadAllText(_certificateFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(pem);

            // Offline: what stands between it and its root is in the file, and is not looked for in the network.
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(pem, File.ReadAllText(_keyFile)), chain, offline: true);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new FormatException(
                $"tls: {_certificateFile} and {_keyFile} are not a certificate and its key in PEM that this user may read: {failure.Message}",
                failure);
        }
    }
}
