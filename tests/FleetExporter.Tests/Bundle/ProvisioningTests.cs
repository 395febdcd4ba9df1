using YamlDotNet.RepresentationModel;

namespace FleetExporter.Tests.Bundle;

/// <summary>Provisioning files of Grafana.</summary>
public sealed class ProvisioningTests
{
    private static readonly string Compose = Repository.PathOf("docker-compose.yml");

    private static readonly YamlMappingNode Prometheus = Rules.Items(
        Rules.Root(Repository.PathOf("grafana", "provisioning", "datasources", "fleet.yml")), "datasources")
        .Single(d => Rules.Text(d, "type") == "prometheus");

    private static readonly YamlMappingNode Provider = Rules.Items(
        Rules.Root(Repository.PathOf("grafana", "provisioning", "dashboards", "fleet.yml")), "providers").Single();

    [Fact]
    public void Dashboards_choose_the_data_source_that_is_provisioned() => Assert.All(Dashboards.All.Values, dashboard =>
    {
        var chosen = dashboard.Variables.Single(v => GrafanaDashboard.Text(v, "name") == "datasource")["current"]!;
        Assert.Equal(Rules.Text(Prometheus, "uid"), GrafanaDashboard.Text(chosen, "value"));
        Assert.Equal(Rules.Text(Prometheus, "name"), GrafanaDashboard.Text(chosen, "text"));
    });

    // With any other value, $__rate_interval is wrong and graphs of rates are empty.
    [Fact]
    public void The_data_source_knows_how_often_Prometheus_scrapes() => Assert.Equal(
        Rules.Text(Rules.Map(Rules.Root(Repository.PathOf("prometheus", "prometheus.yml")), "global"), "scrape_interval"),
        Rules.Text(Rules.Map(Prometheus, "jsonData"), "timeInterval"));

    [Fact]
    public void The_list_of_alerts_can_read_the_rules()
    {
        Assert.Equal("true", Rules.Text(Rules.Map(Prometheus, "jsonData"), "manageAlerts"));
        var list = Dashboards.All.Values.SelectMany(d => d.Panels).Single(p => GrafanaDashboard.Text(p, "type") == "alertlist");
        Assert.Equal(Rules.Text(Prometheus, "name"), GrafanaDashboard.Text(list["options"]!, "datasource"));
    }

    [Fact]
    public void Dashboards_are_provisioned_from_their_mount_and_read_only()
    {
        Assert.Equal("/var/lib/grafana/dashboards", Rules.Text(Rules.Map(Provider, "options"), "path"));
        Assert.Equal("false", Rules.Text(Provider, "allowUiUpdates"));
        var grafana = Rules.Map(Rules.Map(Rules.Root(Compose), "services"), "grafana");
        var mounts = ((YamlSequenceNode)grafana.Children["volumes"]).Select(v => v.ToString()).ToList();
        Assert.Contains($"./data/compose/dashboards:{Rules.Text(Rules.Map(Provider, "options"), "path")}:ro", mounts);
        Assert.Contains("./grafana/provisioning/datasources:/etc/grafana/provisioning/datasources:ro", mounts);
        Assert.Contains("./grafana/provisioning/dashboards:/etc/grafana/provisioning/dashboards:ro", mounts);
        var environment = Rules.Map(grafana, "environment");
        Assert.Equal("dark", Rules.Text(environment, "GF_USERS_DEFAULT_THEME"));
        Assert.EndsWith("/fleet-overview.json", Rules.Text(environment, "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"), StringComparison.Ordinal);
        Assert.NotNull(Rules.Text(environment, "PROMETHEUS_URL"));
        Assert.NotNull(Rules.Text(environment, "ALERTMANAGER_URL"));
    }
}
