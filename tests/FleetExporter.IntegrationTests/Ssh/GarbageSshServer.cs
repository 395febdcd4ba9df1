using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using FleetExporter.Config;

namespace FleetExporter.IntegrationTests.Ssh;

/// <summary>A server that is not SSH, or fails during the handshake.</summary>
internal sealed class GarbageSshServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly byte[] _once;
    private readonly byte[] _forever;
    private readonly bool _closes;

    /// <param name="stage">One of <see cref="Stages"/>.</param>
    /// <param name="closes">Whether it closes the connection then, or stays silent.</param>
    public GarbageSshServer(string stage, bool closes)
    {
        (_once, _forever) = OutputOf(stage);
        _closes = closes;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The points at which the handshake fails.</summary>
    public static IReadOnlyList<string> Stages { get; } =
    [
        "nothing", "endless lines", "an endless line", "control characters", "an old protocol", "random after the version", "an absurd length",
        "an empty packet", "an absurd list in KEXINIT", "random after KEXINIT", "no algorithm in common",
    ];

    public HostAddress HostAddress => new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    private static (byte[] Once, byte[] Forever) OutputOf(string stage)
    {
        byte[] version = [.. "SSH-2.0-Garbage\r\n"u8];
        var random = new byte[4096];
        new Random(20261126).NextBytes(random);
        return stage switch
        {
            "nothing" => ([], []),
            "endless lines" => ([], [.. "welcome to this machine\r\n"u8]),
            "an endless line" => ([], [.. "welcome to this machine "u8]),
            "control characters" => ([.. "SSH-2.0-\u0001\u001b[31m\u0007\r\n"u8], []),
            "an old protocol" => ([.. "SSH-1.5-Old\r\n"u8], []),
            "random after the version" => ([.. version, .. random], []),
            "an absurd length" => ([.. version, 0x7f, 0xff, 0xff, 0xff, 4, .. random], []),
            "an empty packet" => ([.. version, 0, 0, 0, 0, 0, 0, 0, 0], []),
            "an absurd list in KEXINIT" => ([.. version, .. Packet([20, .. new byte[16], 0xff, 0xff, 0xff, 0xff])], []),
            "random after KEXINIT" => ([.. version, .. KeyExchange("curve25519-sha256"), .. random], []),
            "no algorithm in common" => ([.. version, .. KeyExchange("none-such")], []),
            _ => throw new ArgumentException(stage, nameof(stage)),
        };
    }

    private static byte[] KeyExchange(string algorithm) => Packet(
    [
        20, .. new byte[16], .. List(algorithm), .. List("ssh-ed25519"), .. List("aes128-ctr"), .. List("aes128-ctr"),
        .. List("hmac-sha2-256"), .. List("hmac-sha2-256"), .. List("none"), .. List("none"), .. List(""), .. List(""), 0, 0, 0, 0, 0,
    ]);

    private static byte[] List(string names) => [.. Number(names.Length), .. System.Text.Encoding.ASCII.GetBytes(names)];

    /// <summary>An unencrypted packet (RFC 4253 section 6), padded to a multiple of eight bytes.</summary>
    private static byte[] Packet(byte[] payload)
    {
        var padding = 16 - ((payload.Length + 5) % 8);
        return [.. Number(payload.Length + padding + 1), (byte)padding, .. payload, .. new byte[padding]];
    }

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = SpeakAsync(await _listener.AcceptTcpClientAsync(_end.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task SpeakAsync(TcpClient client)
    {
        using var connection = client;
        try
        {
            var stream = connection.GetStream();
            await stream.WriteAsync(_once, _end.Token);
            for (var i = 0; _forever.Length > 0 && (i < 100 || !_closes); i++)
            {
                await stream.WriteAsync(_forever, _end.Token);
            }

            // Read all input before closing: unread input would cause a reset.
            var said = new byte[4096];
            using var moment = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
            moment.CancelAfter(_closes ? TimeSpan.FromMilliseconds(200) : Timeout.InfiniteTimeSpan);
            while (await stream.ReadAsync(said, moment.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Close now.
        }
    }
}
