using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FleetExporter.Parsing;

namespace FleetExporter.Remote;

/// <summary>Opens the connection of one <see cref="HttpPoll"/> and measures each phase.</summary>
/// <param name="refusesLinkLocal"><see cref="Config.TargetConfig.RefusesLinkLocal"/>.</param>
internal sealed class HttpConnector(bool refusesLinkLocal)
{
    private TimeSpan? _resolve;
    private TimeSpan? _connect;
    private TimeSpan? _tls;
    private long _ready;

    public DateTimeOffset? CertificateExpires { get; private set; }

    /// <summary>Starts the timing of the next request, which may reuse the connection.</summary>
    public void Begin(long now)
    {
        (_resolve, _connect, _tls) = (null, null, null);
        _ready = now;
    }

    public HttpTimes Times(long firstByte, long end) =>
        new(_resolve, _connect, _tls, Stopwatch.GetElapsedTime(_ready, firstByte), Stopwatch.GetElapsedTime(firstByte, end));

    public SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = 1,
        MaxResponseDrainSize = 0,
        ConnectCallback = ConnectAsync,
        PlaintextStreamFilter = (context, _) =>
        {
            if (context.PlaintextStream is SslStream)
            {
                _tls = Stopwatch.GetElapsedTime(_ready);
                _ready = Stopwatch.GetTimestamp();
            }

            return ValueTask.FromResult(context.PlaintextStream);
        },
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = Validate,

            // An untrusted certificate must not cause requests to CRL, OCSP or AIA servers.
            CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true },
        },
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var started = Stopwatch.GetTimestamp();
        var addresses = await TargetConnect.AddressesOfAsync(host, refusesLinkLocal, stop).ConfigureAwait(false);
        _resolve = IPAddress.TryParse(host, out _) ? null : Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, stop).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            socket.Dispose();
            throw e is SocketException s
                ? new TargetFailureException(
                    s.SocketErrorCode == SocketError.TimedOut ? TargetFailure.Timeout : TargetFailure.Refused, $"{host}:{port}: {s.Message}", s)
                : e;
        }

        _connect = Stopwatch.GetElapsedTime(started);
        _ready = Stopwatch.GetTimestamp();
        return new NetworkStream(socket, ownsSocket: true);
    }

    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 shown)
        {
            return false;
        }

        CertificateExpires = new DateTimeOffset(shown.NotAfter);
        return errors == SslPolicyErrors.None ? true : throw new TargetFailureException(TargetFailure.Tls, ProblemOf(shown, chain, errors));
    }

    private static string ProblemOf(X509Certificate2 shown, X509Chain? chain, SslPolicyErrors errors)
    {
        var problems = chain?.ChainStatus.Select(s => s.Status).ToHashSet() ?? [];
        if (problems.Contains(X509ChainStatusFlags.NotTimeValid))
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"the certificate is valid from {shown.NotBefore.ToUniversalTime():yyyy-MM-dd} to "
                    + $"{shown.NotAfter.ToUniversalTime():yyyy-MM-dd}, not now");
        }

        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? $"the certificate was issued for another name: {Printable.Line(shown.GetNameInfo(X509NameType.DnsName, false), 200)}"
            : $"the certificate is not trusted: {Printable.Line(string.Join(", ", problems), 200)}, issued by {Printable.Line(shown.Issuer, 200)}";
    }
}
