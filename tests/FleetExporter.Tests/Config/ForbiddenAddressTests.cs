using System.Net;
using FleetExporter.Config;

namespace FleetExporter.Tests.Config;

public sealed class ForbiddenAddressTests
{
    [Theory]
    [InlineData("169.254.169.254", "link-local, where clouds serve their metadata")]
    [InlineData("169.254.0.1", "link-local, where clouds serve their metadata")]
    [InlineData("2852039166", "link-local, where clouds serve their metadata")]
    [InlineData("::ffff:169.254.169.254", "link-local, where clouds serve their metadata")]
    [InlineData("64:ff9b::a9fe:a9fe", "link-local, where clouds serve their metadata")]
    [InlineData("::169.254.169.254", "link-local, where clouds serve their metadata")]
    [InlineData("fe80::1", "link-local")]
    [InlineData("[fe80::1]", "link-local")]
    [InlineData("fe80::1%1", "link-local")]
    [InlineData("febf::1", "link-local")]
    [InlineData("fd00:ec2::254", "a cloud's metadata service")]
    [InlineData("0.0.0.0", "unspecified")]
    [InlineData("::ffff:0.0.0.0", "unspecified")]
    [InlineData("::", "unspecified")]
    [InlineData("224.0.0.1", "multicast")]
    [InlineData("239.255.255.250", "multicast")]
    [InlineData("ff02::1", "multicast")]
    [InlineData("255.255.255.255", "broadcast")]
    public void These_are_forbidden_in_every_notation(string address, string name) => Assert.Equal(name, ForbiddenAddress.NameOf(address));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("10.0.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("169.253.255.255")]
    [InlineData("169.255.0.0")]
    [InlineData("fd00::1")]
    [InlineData("2001:db8::1")]
    [InlineData("metadata.google.internal")]
    [InlineData("a.lan")]
    public void These_are_allowed_or_names(string host) => Assert.Null(ForbiddenAddress.NameOf(host));

    [Fact]
    public void Only_the_first_and_the_last_address_of_a_range_count_with_it() => Assert.Equal(
        (null, "link-local, where clouds serve their metadata"),
        (ForbiddenAddress.NameOf(IPAddress.Parse("169.253.255.255")), ForbiddenAddress.NameOf(IPAddress.Parse("169.254.255.255"))));
}
