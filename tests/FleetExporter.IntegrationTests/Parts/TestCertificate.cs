using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Self-signed certificates in PEM files.</summary>
internal static class TestCertificate
{
    private static readonly DateTimeOffset DefaultEnd = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes <c>NAME.pem</c> and <c>NAME-key.pem</c>; its subject is <c>test NAME</c>.</summary>
    /// <param name="host">The only name it is for; null for a certificate that names no host.</param>
    /// <param name="end">When it expires; null for far in the future.</param>
    public static (string File, string Key) Write(TestFolder folder, string name, string? host, DateTimeOffset? end = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=test {name}", key, HashAlgorithmName.SHA256);
        if (host is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }

            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, end ?? DefaultEnd);
        return (folder.Write($"{name}.pem", certificate.ExportCertificatePem()), folder.Write($"{name}-key.pem", key.ExportPkcs8PrivateKeyPem()));
    }
}
