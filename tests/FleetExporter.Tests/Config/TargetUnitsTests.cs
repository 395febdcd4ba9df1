using FleetExporter.Config;

namespace FleetExporter.Tests.Config;

public sealed class TargetUnitsTests
{
    [Fact]
    public void Units_of_providers_and_tunnels_are_watched_on_their_hosts()
    {
        var config = Yml.Load("""
            hosts: [{ name: a, units: [one.service] }, { name: b }, { name: c }]
            providers:
            - { name: p, url: 'http://x', host: a, unit: two.service }
            - { name: q, url: 'http://x', host: a, unit: one.service }
            - { name: r, url: 'http://x', host: elsewhere }
            tunnels: [{ name: t, connect: 'x:1', host: b, unit: 'user:two.service' }]
            """);

        Assert.Equal([new UnitName("one.service", false), new UnitName("two.service", false)], config.Hosts[0].Units);
        Assert.Equal([new UnitName("two.service", true)], config.Hosts[1].Units);
        Assert.Empty(config.Hosts[2].Units);
    }

    [Fact]
    public void Without_hosts_units_are_watched_on_the_local_machine() =>
        Assert.Equal(
            [new UnitName("a.service", false)], Assert.Single(Yml.Load("providers: [{ name: p, url: 'http://x', unit: a.service }]").Hosts).Units);

    [Fact]
    public void A_unit_on_an_unknown_host_is_an_error()
    {
        Assert.Equal(
            ["fleet.yml:2:56: providers[0].unit: a.service cannot be watched: there is no host 'b'; add it to hosts, give another host, "
                + "or remove unit"],
            Yml.Errors("hosts: [{ name: a }]\nproviders: [{ name: p, url: 'http://x', host: b, unit: a.service }]"));
        Assert.Equal(
            ["fleet.yml:1:53: tunnels[0].unit: user:a.service cannot be watched: there is no host 'b'; add it to hosts, give another host, "
                + "or remove unit"],
            Yml.Errors("tunnels: [{ name: t, connect: 'x:1', host: b, unit: 'user:a.service' }]"));
    }
}
