using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FleetExporter.Tests.Api.Access;

public sealed class TlsTests : IDisposable
{
    private static readonly DateTimeOffset Century = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task With_a_certificate_the_service_speaks_TLS_and_its_cookie_is_secure()
    {
        var (certificate, key) = Pem(Century);
        await using var server = await StartAsync(certificate, key);
        using var expected = X509Certificate2.CreateFromPem(certificate);
        using var client = Trusting(server, expected.Thumbprint);

        Assert.Equal("https", client.BaseAddress!.Scheme);
        using var login = await client.PostAsync(
            "/api/login", new StringContent($$"""{"key":"{{server.AdminKey}}"}""", System.Text.Encoding.UTF8, "application/json"),
            TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, login.StatusCode);
        Assert.Contains("; secure", login.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_certificate_keeps_the_service_from_starting()
    {
        var failure = await Assert.ThrowsAsync<FormatException>(() => StartAsync("no", "no"));

        Assert.Contains("c.pem", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewed_certificate_is_presented_once_both_files_are_there()
    {
        var (certificate, key) = Pem(Century);
        await using var server = await StartAsync(certificate, key);
        Assert.Equal(Century, await ExpiryAsync(server));

        var (renewed, renewedKey) = Pem(Century.AddYears(1));
        _folder.Write("c.pem", renewed);
        Looks(server);
        Assert.Equal(Century, await ExpiryAsync(server));

        _folder.Write("k.pem", renewedKey);
        Looks(server);
        Assert.Equal(Century.AddYears(1), await ExpiryAsync(server));

        File.Delete(_folder.PathOf("c.pem"));
        Looks(server);
        Assert.Equal(Century.AddYears(1), await ExpiryAsync(server));
    }

    [Fact]
    public async Task Without_TLS_there_is_no_expiry()
    {
        await using var server = await ApiServer.StartAsync();

        Assert.DoesNotContain("\nfleet_tls_certificate_not_after_timestamp_seconds ", await server.TextAsync("/metrics"), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static (string Certificate, string Key) Pem(DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, until);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static void Looks(ApiServer server)
    {
        for (var i = 0; i < 3; i++)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(2));
        }
    }

    /// <summary>As a client sees it in a handshake, and as the page says it.</summary>
    private static async Task<DateTimeOffset> ExpiryAsync(ApiServer server)
    {
        var address = server.Client.BaseAddress!;
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(tcp.GetStream());
        X509Certificate2? seen = null;
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                RemoteCertificateValidationCallback = (_, certificate, _, _) => (seen = new X509Certificate2(certificate!)) is not null,
            },
            TestContext.Current.CancellationToken);
        using (seen)
        {
            var shown = new DateTimeOffset(seen!.NotAfter);
            using var client = Trusting(server, seen.Thumbprint);
            var page = await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
            Assert.Contains($"\nfleet_tls_certificate_not_after_timestamp_seconds {shown.ToUnixTimeSeconds()}\n", page, StringComparison.Ordinal);
            return shown;
        }
    }

    /// <summary>A client that takes this certificate and no other.</summary>
    private static HttpClient Trusting(ApiServer server, string thumbprint) => new(
        new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, seen, _, _) => seen?.Thumbprint == thumbprint })
    {
        BaseAddress = server.Client.BaseAddress,
    };

    private Task<ApiServer> StartAsync(string certificate, string key) => ApiServer.StartAsync(
        $"{ApiServer.TwoHosts}tls: {{ certificate_file: {_folder.Write("c.pem", certificate)}, key_file: {_folder.Write("k.pem", key)} }}\n");
}
