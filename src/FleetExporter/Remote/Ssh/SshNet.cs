using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Renci.SshNet;
using Renci.SshNet.Common;
using Renci.SshNet.Compression;
using Renci.SshNet.Messages;
using Renci.SshNet.Messages.Connection;
using Renci.SshNet.Messages.Transport;
using Renci.SshNet.Security;
using Renci.SshNet.Security.Cryptography;

namespace FleetExporter.Remote.Ssh;

/// <summary>
/// Workarounds for SSH.NET 2026.0.0, each with its reason. <see cref="SshConnection"/> uses its transport (key exchange, ciphers,
/// authentication) with its own channels, because those of <c>SshCommand</c>
/// <list type="bullet">
/// <item>advertise a window of 2 GiB, so output is buffered without limit if its reader is slow;</item>
/// <item>block a thread while they open and for a second in <c>Dispose</c>;</item>
/// <item>need a reader thread per stream, because <c>PipeStream.Read</c> is not asynchronous.</item>
/// </list>
/// </summary>
internal static class SshNet
{
    /// <summary>
    /// Sends one packet. The method is internal; only SSH.NET's own channels can send through public members.
    /// Blocks during a key exchange and while the socket's buffer is full, see <see cref="CanSendNow"/>.
    /// </summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "SendMessage")]
    public static extern void Send(Session session, Message message);

    /// <summary>
    /// Ends a connection even if its peer hangs. <c>Session.Dispose</c> and <c>Disconnect</c> wait for the lock that a blocked send holds, so they
    /// hang as long as the send does. Shutting the socket down makes the send and the receiving thread fail at once.
    /// </summary>
    public static void Abort(Session session)
    {
        try
        {
            if (SocketOf(session) is { } socket)
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
                socket.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Already closed.
        }
    }

    /// <summary>Whether <see cref="Send"/> would return at once: the socket's buffer has room for a packet.</summary>
    public static bool CanSendNow(Session session)
    {
        try
        {
            return SocketOf(session)?.Poll(0, SelectMode.SelectWrite) ?? true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>
    /// Wraps a key exchange algorithm so that nothing is sent between KEXINIT and its end. <c>Session.SendMessage</c> checks for
    /// an exchange before it takes its write lock, so a packet that passed the check can follow KEXINIT; RFC 4253 section 7.1 forbids that, and
    /// servers drop the packet or the connection (SSH.NET issue 1764).
    /// </summary>
    /// <param name="begin">Called by the receiving thread before KEXINIT is sent; returns when no send is in progress.</param>
    /// <param name="end">Called when the new keys are in use.</param>
    /// <param name="onSession">Receives the session, which no public member exposes before authentication.</param>
    public static Func<IKeyExchange> WrapKeyExchange(Func<IKeyExchange> create, Action begin, Action end, Action<Session> onSession) => () =>
    {
        begin();
        return new WrappedKeyExchange(create(), end, onSession);
    };

    /// <summary>Public key authentication. A missing key fails only here, after name, port and host key.</summary>
    /// <param name="problem">Why there is no key; null if there is one.</param>
    public sealed class Authentication(string user, IPrivateKeySource[] keys, StreamException? problem) : PrivateKeyAuthenticationMethod(user, keys)
    {
        public override AuthenticationResult Authenticate(Session session) => problem is null ? base.Authenticate(session) : throw problem;
    }

    /// <summary>
    /// A private key without SHA-1 signatures: SSH.NET offers <c>ssh-rsa</c> first, which current servers reject and count as a failed login.
    /// </summary>
    public sealed class ModernKey(IPrivateKeySource key) : IPrivateKeySource
    {
        public IReadOnlyCollection<HostAlgorithm> HostKeyAlgorithms { get; } =
            [.. key.HostKeyAlgorithms.Where(a => a.Name is not ("ssh-rsa" or "ssh-rsa-cert-v01@openssh.com"))];
    }

    /// <summary>
    /// An Ed25519 key in PKCS#8 (RFC 8410), as written by OpenSSL; null for other files. SSH.NET reads the two bytes before the key as part of it and
    /// then offers a wrong public key.
    /// </summary>
    /// <param name="pem">The whole file.</param>
    public static PrivateKeyFile? Pkcs8Ed25519(string pem)
    {
        const string Begin = "-----BEGIN PRIVATE KEY-----", End = "-----END PRIVATE KEY-----";
        // SEQUENCE { INTEGER 0, SEQUENCE { OID 1.3.101.112 }, OCTET STRING { OCTET STRING of 32 bytes } }
        ReadOnlySpan<byte> prefix = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
        var (from, to) = (pem.IndexOf(Begin, StringComparison.Ordinal), pem.IndexOf(End, StringComparison.Ordinal));
        var key = new byte[128];
        return from >= 0 && to > from && Convert.TryFromBase64String(pem[(from + Begin.Length)..to], key, out var length)
            && length == prefix.Length + 32 && key.AsSpan().StartsWith(prefix)
            ? new PrivateKeyFile(new ED25519Key(key[prefix.Length..length]))
            : null;
    }

    /// <summary>The channel type <c>session</c>; SSH.NET's own class is internal.</summary>
    public sealed class SessionChannel : ChannelOpenInfo
    {
        public override string ChannelType => "session";
    }

    /// <summary>The request <c>exec</c>; SSH.NET's own class is internal.</summary>
    public sealed class ExecRequest : RequestInfo
    {
        private readonly byte[] _command;

        public ExecRequest(string command)
        {
            WantReply = true;
            _command = System.Text.Encoding.UTF8.GetBytes(command);
        }

        public override string RequestName => "exec";

        protected override int BufferCapacity => base.BufferCapacity + 4 + _command.Length;

        protected override void SaveData()
        {
            base.SaveData();
            WriteBinaryString(_command);
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_socket")]
    private static extern ref Socket? SocketOf(Session session);

    private sealed class WrappedKeyExchange(IKeyExchange inner, Action end, Action<Session> onSession) : IKeyExchange
    {
        public event EventHandler<HostKeyEventArgs> HostKeyReceived
        {
            add => inner.HostKeyReceived += value;
            remove => inner.HostKeyReceived -= value;
        }

        public string Name => inner.Name;

        public byte[] ExchangeHash => inner.ExchangeHash;

        public void Start(Session session, KeyExchangeInitMessage message, bool sendClientInitMessage)
        {
            onSession(session);
            inner.Start(session, message, sendClientInitMessage);
        }

        public void Finish() => inner.Finish();

        public Cipher CreateClientCipher(out bool isAead) => inner.CreateClientCipher(out isAead);

        public Cipher CreateServerCipher(out bool isAead) => inner.CreateServerCipher(out isAead);

        public System.Security.Cryptography.HashAlgorithm CreateServerHash(out bool isEncryptThenMAC) => inner.CreateServerHash(out isEncryptThenMAC);

        public System.Security.Cryptography.HashAlgorithm CreateClientHash(out bool isEncryptThenMAC) => inner.CreateClientHash(out isEncryptThenMAC);

        public Compressor CreateCompressor() => inner.CreateCompressor();

        public Compressor CreateDecompressor() => inner.CreateDecompressor();

        public void Dispose()
        {
            inner.Dispose();
            end();
        }
    }
}
