using System.Net.Sockets;
using FleetExporter.Config;
using Renci.SshNet.Common;
using Renci.SshNet.Messages.Transport;

namespace FleetExporter.Remote.Ssh;

/// <summary>The phase of a connection attempt.</summary>
internal enum ConnectPhase
{
    /// <summary>Resolving the name or connecting over TCP.</summary>
    Connecting,

    /// <summary>The server has sent its version; exchanging keys.</summary>
    Handshake,

    /// <summary>The host key was accepted; logging in.</summary>
    Login,

    /// <summary>Logged in.</summary>
    Open,
}

/// <summary>Maps exceptions of SSH.NET to <see cref="SshFailure"/> and a message.</summary>
internal static class SshNetErrors
{
    /// <summary>Maps a failure before the login completed.</summary>
    public static StreamException WhileConnecting(Exception error, ConnectPhase phase, HostAddress address, SshConfig config, TimeSpan limit)
    {
        var where = $"{address.Host} port {address.Port ?? 22}";
        return error switch
        {
            StreamException known => known,
            SocketException e => OfSocket(e, phase, where),
            SshAuthenticationException e => Auth(Line(e), config, address),
            SshOperationTimeoutException or OperationCanceledException or TimeoutException => phase switch
            {
                ConnectPhase.Connecting => new(SshFailure.Timeout, $"no answer from {where} within {limit.TotalSeconds:0} s"),
                _ => new(SshFailure.Timeout, $"connected to {where}, but the SSH handshake did not complete within {limit.TotalSeconds:0} s"),
            },
            SshConnectionException { InnerException: SocketException e } => OfSocket(e, phase, where),
            SshConnectionException e when phase == ConnectPhase.Login && IsLoginLimit(e) => Auth(Line(e), config, address),
            // Not rejected by HostKeyCheck but by SSH.NET itself, such as an expired host certificate; recognizable only by the text.
            SshConnectionException e when e.Message.Contains("Host key could not be verified", StringComparison.Ordinal) => new(
                SshFailure.HostkeyUnknown,
                $"the key of {where} is not valid: {Line(error)} If it is a certificate, check whether it has expired (ssh-keygen -L)"),
            SshConnectionException { DisconnectReason: DisconnectReason.ConnectionLost or DisconnectReason.None } e
                when phase >= ConnectPhase.Handshake => new(SshFailure.Closed, $"{where} closed the connection during the handshake: {Line(e)}"),
            _ => new(SshFailure.Banner, $"{where} does not answer like an SSH server: {Line(error)}"),
        };
    }

    /// <summary>Maps the end of an open connection.</summary>
    public static StreamException OfOpen(Exception error) => error switch
    {
        StreamException known => known,
        SshConnectionException { InnerException: SocketException { SocketErrorCode: SocketError.TimedOut } e } => new(SshFailure.Timeout, Line(e)),
        SocketException { SocketErrorCode: SocketError.TimedOut } e => new(SshFailure.Timeout, Line(e)),
        SshOperationTimeoutException => new(SshFailure.Timeout, "the host stopped responding"),
        _ => new(SshFailure.Closed, Line(error)),
    };

    private static StreamException OfSocket(SocketException error, ConnectPhase phase, string where) => error.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery =>
            new(SshFailure.Dns, $"the name of {where} does not resolve: {Line(error)}"),
        SocketError.ConnectionRefused => new(SshFailure.Refused, $"{where}: {Line(error)}"),
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown
            or SocketError.AddressNotAvailable => new(SshFailure.Unreachable, $"{where}: {Line(error)}"),
        SocketError.TimedOut => new(SshFailure.Timeout, $"{where}: {Line(error)}"),
        _ when phase == ConnectPhase.Connecting => new(SshFailure.Banner, $"{where}: {Line(error)}"),
        _ => new(SshFailure.Closed, $"{where}: {Line(error)}"),
    };

    private static StreamException Auth(string message, SshConfig config, HostAddress address)
    {
        var user = SshConnection.UserOf(config);
        return new(
            SshFailure.Auth,
            $"{user}@{address.Host}: {message} (the host must list the public key of {config.KeyFile ?? "the account of the exporter"} "
            + $"in ~{user}/.ssh/authorized_keys)");
    }

    private static bool IsLoginLimit(SshConnectionException error) =>
        error.DisconnectReason is DisconnectReason.NoMoreAuthenticationMethodsAvailable or DisconnectReason.AuthenticationCanceledByUser
        || error.Message.Contains("authentication failures", StringComparison.OrdinalIgnoreCase);

    private static string Line(Exception error) => Printable.Line(error.Message, 200);
}
