using FleetExporter.Config;

namespace FleetExporter.Tests.Config;

public sealed class EqualityTests
{
    private const string Keys = """
          address: b
          labels: { site: lab, team: x }
          tmux: { users: [alice] }
          units: [a.service]
          user: root
        """;

    [Fact]
    public void Hosts_are_compared_by_value()
    {
        Assert.Equal(Yml.Host(Keys), Yml.Host(Keys));
        Assert.Equal(Yml.Host(Keys).GetHashCode(), Yml.Host(Keys).GetHashCode());
    }

    [Fact]
    public void The_order_of_labels_does_not_matter() =>
        Assert.Equal(Yml.Host(Keys), Yml.Host(Keys.Replace("site: lab, team: x", "team: x, site: lab", StringComparison.Ordinal)));

    [Theory]
    [InlineData("address: b", "address: c")]
    [InlineData("site: lab", "site: attic")]
    [InlineData("site: lab, ", "")]
    [InlineData("[alice]", "[alice, bob]")]
    [InlineData("[a.service]", "['user:a.service']")]
    [InlineData("user: root", "user: fleet")]
    public void Hosts_differ_by_any_value(string value, string other) =>
        Assert.NotEqual(Yml.Host(Keys), Yml.Host(Keys.Replace(value, other, StringComparison.Ordinal)));

    [Fact]
    public void Configurations_are_compared_by_value() =>
        Assert.Equal(Yml.Load($"hosts:\n- name: a\n{Keys}"), Yml.Load($"hosts:\n- name: a\n{Keys}"));

    [Fact]
    public void Maps_are_enumerated_in_order_of_names() =>
        Assert.Equal(["a", "b", "c"], ValueMap<int>.Empty.With("c", 1).With("a", 2).With("b", 3).With("a", 4).Keys);
}
