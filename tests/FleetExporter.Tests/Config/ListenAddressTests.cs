using FleetExporter.Config;

namespace FleetExporter.Tests.Config;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:9470", "127.0.0.1", 9470)]
    [InlineData("127.8.8.8:0", "127.8.8.8", 0)]
    [InlineData("[::1]:65535", "::1", 65535)]
    [InlineData("localhost:80", "localhost", 80)]
    public void Loopback_addresses_round_trip(string text, string host, int port) => Reads(text, host, port, loopback: true);

    [Theory]
    [InlineData("0.0.0.0:9470", "0.0.0.0", 9470)]
    [InlineData("192.168.1.5:80", "192.168.1.5", 80)]
    [InlineData("[::]:80", "::", 80)]
    [InlineData("[::ffff:127.0.0.1]:80", "::ffff:127.0.0.1", 80)]
    public void Network_addresses_are_recognised(string text, string host, int port) => Reads(text, host, port, loopback: false);

    private static void Reads(string text, string host, int port, bool loopback)
    {
        Assert.True(ListenAddress.TryParse(text, out var address, out _));
        Assert.Equal(new ListenAddress(host, port), address);
        Assert.Equal(text, address.ToString());
        Assert.Equal(loopback, address.IsLoopback);
    }

    [Theory]
    [InlineData("")]
    [InlineData("::1:80")]
    [InlineData("[::1]")]
    [InlineData("[]:80")]
    [InlineData("localhost:-1")]
    [InlineData("localhost:+1")]
    [InlineData("127.0.0.1.evil:80")]
    [InlineData("[::1%lo]:80")]
    [InlineData("fleet.lan:80")]
    [InlineData("*:80")]
    [InlineData("127.1:80")]
    [InlineData("2130706433:80")]
    [InlineData("0:80")]
    public void Invalid_listen_addresses_are_rejected(string text)
    {
        Assert.False(ListenAddress.TryParse(text, out _, out var error));
        Assert.StartsWith("is ", error);
    }
}
