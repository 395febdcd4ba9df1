using System.Net.Sockets;
using FleetExporter.Config;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;
using Renci.SshNet.Common;
using Renci.SshNet.Messages.Transport;

namespace FleetExporter.Tests.Remote.Ssh;

public sealed class SshNetErrorsTests
{
    private static readonly HostAddress Address = new("h", 2222);
    private static readonly SshConfig Config = new() { KnownHosts = "/none", User = "fleet", KeyFile = "/keys/id" };

    [Theory]
    [InlineData(SocketError.HostNotFound, SshFailure.Dns)]
    [InlineData(SocketError.TryAgain, SshFailure.Dns)]
    [InlineData(SocketError.ConnectionRefused, SshFailure.Refused)]
    [InlineData(SocketError.HostUnreachable, SshFailure.Unreachable)]
    [InlineData(SocketError.NetworkUnreachable, SshFailure.Unreachable)]
    [InlineData(SocketError.TimedOut, SshFailure.Timeout)]
    [InlineData(SocketError.ConnectionReset, SshFailure.Banner)]
    public void Socket_errors_map_to_reasons(SocketError error, SshFailure reason)
    {
        Assert.Equal(reason, While(new SocketException((int)error), "Connecting").Reason);
        var wrapped = new SshConnectionException("x", DisconnectReason.ConnectionLost, new SocketException((int)error));
        Assert.Equal(reason, While(wrapped, "Connecting").Reason);
    }

    [Fact]
    public void Later_errors_depend_on_the_phase()
    {
        Assert.Equal(SshFailure.Closed, While(new SocketException((int)SocketError.ConnectionReset), "Login").Reason);
        Assert.Equal(SshFailure.Closed, While(new SshConnectionException("gone", DisconnectReason.ConnectionLost), "Handshake").Reason);
        Assert.Equal(SshFailure.Banner, While(new SshConnectionException("gone", DisconnectReason.ConnectionLost), "Connecting").Reason);
        Assert.Equal(SshFailure.Banner, While(new SshConnectionException("no algorithm", DisconnectReason.KeyExchangeFailed), "Handshake").Reason);
        var expired = new SshConnectionException("Host key could not be verified.", DisconnectReason.KeyExchangeFailed);
        Assert.Equal(SshFailure.HostkeyUnknown, While(expired, "Handshake").Reason);
        var tooMany = new SshConnectionException("Too many authentication failures", DisconnectReason.ProtocolError);
        Assert.Equal(SshFailure.Auth, While(tooMany, "Login").Reason);
        Assert.Equal(SshFailure.Banner, While(new InvalidOperationException("a parser's"), "Handshake").Reason);
        Assert.StartsWith("no answer from h port 2222", While(new TimeoutException(), "Connecting").Message, StringComparison.Ordinal);
        Assert.Contains("handshake did not complete", While(new SshOperationTimeoutException("x"), "Login").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_login_names_user_host_and_key_and_no_control_characters()
    {
        var failure = While(new SshAuthenticationException("Permission denied\n\u001b[31m(publickey)"), "Login");

        Assert.Equal(SshFailure.Auth, failure.Reason);
        Assert.Contains("fleet@h", failure.Message, StringComparison.Ordinal);
        Assert.Contains("/keys/id", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Message, char.IsControl);
    }

    [Fact]
    public void A_StreamException_is_unchanged()
    {
        var known = new StreamException(SshFailure.HostkeyChanged, "changed");
        Assert.Same(known, While(known, "Handshake"));
        Assert.Same(known, SshNetErrors.OfOpen(known));
    }

    [Fact]
    public void The_end_of_an_open_connection_is_timeout_or_closed()
    {
        var timedOut = new SocketException((int)SocketError.TimedOut);
        Assert.Equal(SshFailure.Timeout, SshNetErrors.OfOpen(timedOut).Reason);
        Assert.Equal(SshFailure.Timeout, SshNetErrors.OfOpen(new SshConnectionException("x", DisconnectReason.ConnectionLost, timedOut)).Reason);
        Assert.Equal(SshFailure.Timeout, SshNetErrors.OfOpen(new SshOperationTimeoutException("x")).Reason);
        Assert.Equal(SshFailure.Closed, SshNetErrors.OfOpen(new SocketException((int)SocketError.ConnectionReset)).Reason);
    }

    private static StreamException While(Exception error, string phase) =>
        SshNetErrors.WhileConnecting(error, Enum.Parse<ConnectPhase>(phase), Address, Config, TimeSpan.FromSeconds(5));
}
