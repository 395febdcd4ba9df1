using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace FleetExporter.Tests.Remote;

/// <summary>A request to a <see cref="ScriptedServer"/>.</summary>
/// <param name="Connection">Counted from 1.</param>
internal sealed record RecordedRequest(int Connection, string Path, IReadOnlyDictionary<string, string> Headers);

/// <summary>
/// A loopback server that answers each path and query with given bytes, valid HTTP or not, and records the requests.
/// Other paths get a 404.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Func<Stream, CancellationToken, Task>> _answers = new();
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;
    private int _connections;

    public ScriptedServer(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public ConcurrentQueue<RecordedRequest> Requests { get; } = new();

    public IEnumerable<string> Paths => Requests.Select(r => r.Path);

    public int Connections => _connections;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Authority => $"127.0.0.1:{Port}";

    public Uri Url(string path = "/") => new($"http{(_certificate is null ? "" : "s")}://{Authority}{path}");

    /// <summary>A valid answer with Content-Length.</summary>
    public ScriptedServer Answer(string path, int status, string body, string headers = "") =>
        Raw(path, $"HTTP/1.1 {status} X\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}");

    /// <summary>Sends these characters unchanged.</summary>
    /// <param name="close">Closes the connection after them.</param>
    public ScriptedServer Raw(string path, string bytes, bool close = false) => Script(path, async (stream, stop) =>
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(bytes), stop);
        if (close)
        {
            throw new IOException("closed as scripted");
        }
    });

    public ScriptedServer Script(string path, Func<Stream, CancellationToken, Task> answer)
    {
        _answers[path] = answer;
        return this;
    }

    /// <summary>A self-signed certificate with its key.</summary>
    public static X509Certificate2 Certificate(DateTimeOffset from, DateTimeOffset until, string name = "127.0.0.1")
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(from, until);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                open.Add(ServeAsync(client, Interlocked.Increment(ref _connections)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        using var connection = client;
        try
        {
            Stream stream = connection.GetStream();
            if (_certificate is not null)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                stream = tls;
            }

            using var reader = new StreamReader(stream, Encoding.ASCII);
            while (await ReadAsync(reader, number) is { } asked)
            {
                Requests.Enqueue(asked);
                var answer = _answers.GetValueOrDefault(asked.Path) ?? _answers.GetValueOrDefault(asked.Path.Split('?')[0])
                    ?? (static (s, stop) => s.WriteAsync("HTTP/1.1 404 X\r\nContent-Length: 2\r\n\r\nno"u8.ToArray(), stop).AsTask());
                await answer(stream, _stop.Token);
                await stream.FlushAsync(_stop.Token);
            }
        }
        catch (Exception e)
            when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
        {
            // The client disconnected, or the script ends the connection.
        }
    }

    private async Task<RecordedRequest?> ReadAsync(StreamReader reader, int connection)
    {
        // Not HTTP: a TLS handshake, or end of input.
        if (await reader.ReadLineAsync(_stop.Token) is not { } first || first.Split(' ') is not ["GET", var path, "HTTP/1.1"])
        {
            return null;
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }

        return new RecordedRequest(connection, path, headers);
    }
}
