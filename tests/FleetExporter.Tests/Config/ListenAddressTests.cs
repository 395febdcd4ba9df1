using FleetExporter.Config;

namespace FleetExporter.Tests.Config;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:9470", "127.0.0.1", 9470)]
    [InlineData("127.8.8.8:0", "127.8.8.8", 0)]
    [InlineData("[::1]:65535", "::1", 65535)]
    [InlineData("localhost:80", "localhost", 80)]
    public void A_loopback_address_is_read_and_written_alike(string text, string host, int port)
    {
        Assert.True(ListenAddress.TryParse(text, out var address, out _));
        Assert.Equal(new ListenAddress(host, port), address);
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("::1:80")]
    [InlineData("[::1]")]
    [InlineData("[]:80")]
    [InlineData("localhost:-1")]
    [InlineData("localhost:+1")]
    [InlineData("127.0.0.1.evil:80")]
    [InlineData("[::]:80")]
    [InlineData("[::1%lo]:80")]
    [InlineData("2130706433:80")]
    [InlineData("0:80")]
    public void Anything_else_is_refused_with_a_reason(string text)
    {
        Assert.False(ListenAddress.TryParse(text, out _, out var error));
        Assert.StartsWith("is ", error);
    }
}
