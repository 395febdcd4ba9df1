using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FleetExporter.Config;
using FleetExporter.Metrics;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace FleetExporter.Api;

/// <summary>The service's TLS certificate, from the files of <c>tls</c>. New handshakes use the one that was read last.</summary>
internal sealed class ServerCertificate : IPagePart
{
    internal static readonly MetricFamily NotAfter = MetricFamily.Gauge(
        "fleet_tls_certificate_not_after_timestamp_seconds", "When the service's TLS certificate expires; absent without TLS.");

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

    /// <summary>A name or address of the certificate that clients can verify; null when it has none.</summary>
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

    /// <summary>Reads the files again. Open connections keep their certificate.</summary>
    /// <returns>Whether the certificate has changed.</returns>
    /// <exception cref="FormatException">As for <see cref="Open"/>; the previous certificate stays active.</exception>
    public bool Reload()
    {
        var read = Read();
        var isNew = read.TargetCertificate.Thumbprint != _current.TargetCertificate.Thumbprint;
        _current = read;
        return isNew;
    }

    /// <summary>Options for the TLS handshakes of an endpoint.</summary>
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

            // Offline: intermediate certificates come from the file and are not downloaded.
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(pem, File.ReadAllText(_keyFile)), chain, offline: true);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new FormatException(
                $"tls: {_certificateFile} and {_keyFile} must be a certificate and its key in PEM, readable by this user: {failure.Message}",
                failure);
        }
    }
}
