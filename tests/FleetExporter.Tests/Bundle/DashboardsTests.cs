using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FleetExporter.Tests.Bundle;

/// <summary>Layout of the dashboards; their queries are tested in DashboardQueriesTests.</summary>
public sealed partial class DashboardsTests
{
    private static readonly string[] Shipped =
        [
            "fleet-agents", "fleet-alerts", "fleet-energy", "fleet-exporter", "fleet-gpu", "fleet-host",
            "fleet-jobs", "fleet-overview", "fleet-services", "fleet-sessions", "fleet-tunnels",
            "fleet-users"
        ];

    private static readonly string[] Kinds = ["alertlist", "bargauge", "row", "stat", "state-timeline", "table", "text", "timeseries"];

    public static TheoryData<string> Names() => Dashboards.Names();

    [Fact]
    public void Every_dashboard_exists_with_a_unique_title()
    {
        Assert.Equal(Shipped, Dashboards.All.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Shipped.Length, Dashboards.All.Values.Select(d => GrafanaDashboard.Text(d.Root, "title")).Distinct().Count());
        Assert.Single(Dashboards.All.Values.SelectMany(d => d.Panels), p => GrafanaDashboard.Text(p, "type") == "alertlist");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_dashboard_can_be_provisioned_and_looks_like_the_others(string name)
    {
        var root = Dashboards.All[name].Root;

        Assert.Equal(name, GrafanaDashboard.Text(root, "uid"));
        Assert.Equal(42, root["schemaVersion"]!.GetValue<int>());
        Assert.False(root["editable"]!.GetValue<bool>());
        Assert.Equal(1, root["graphTooltip"]!.GetValue<int>());
        Assert.False(root.ContainsKey("id"));
        Assert.DoesNotContain("__inputs", root.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("libraryPanel", root.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("fleet", root["tags"]!.AsArray().Select(t => t!.GetValue<string>()));
        Assert.NotEmpty(GrafanaDashboard.Text(root, "description"));
        Assert.Contains(GrafanaDashboard.Objects(root["links"]), l =>
            GrafanaDashboard.Text(l, "type") == "dashboards" && l["asDropdown"]!.GetValue<bool>() && l["includeVars"]!.GetValue<bool>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Panels_have_title_unit_and_data_source(string name)
    {
        foreach (var panel in Dashboards.All[name].Panels)
        {
            var (kind, title) = (GrafanaDashboard.Text(panel, "type"), GrafanaDashboard.Text(panel, "title"));
            Assert.Contains(kind, Kinds);
            if (kind is "row" or "text")
            {
                continue;
            }

            Assert.True(title.Length > 0, $"a {kind} has no title");
            Assert.True(GrafanaDashboard.Text(panel, "description") is { Length: > 10 } says && says[^1] == '.', $"{title} has no description");
            if (kind != "alertlist")
            {
                Assert.True(GrafanaDashboard.Text(panel["fieldConfig"]!["defaults"]!, "unit").Length > 0, $"{title} has no unit");
                Assert.True(panel["targets"]!.AsArray().Count > 0, $"{title} asks nothing");
                Assert.Equal("${datasource}", GrafanaDashboard.Text(panel["datasource"]!, "uid"));
            }
        }

        Assert.All(Dashboards.All[name].AllQueries, q => Assert.Equal("${datasource}", GrafanaDashboard.Text(q.Datasource!, "uid")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Panels_do_not_overlap(string name)
    {
        foreach (var grid in Dashboards.All[name].Grids)
        {
            var taken = new Dictionary<(int, int), string>();
            foreach (var panel in grid)
            {
                var (x, y, w, h) = (At(panel, "x"), At(panel, "y"), At(panel, "w"), At(panel, "h"));
                Assert.True(x >= 0 && w > 0 && h > 0 && x + w <= 24, $"{GrafanaDashboard.Text(panel, "title")} leaves the grid");
                foreach (var cell in from column in Enumerable.Range(x, w) from row in Enumerable.Range(y, h) select (column, row))
                {
                    Assert.True(
                        taken.TryAdd(cell, GrafanaDashboard.Text(panel, "title")),
                        $"{GrafanaDashboard.Text(panel, "title")} lies on {taken.GetValueOrDefault(cell)}");
                }
            }
        }

        var ids = Dashboards.All[name].Panels.Select(p => p["id"]!.GetValue<int>()).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Variables_hold_for_every_fleet(string name)
    {
        var variables = Dashboards.All[name].Variables.ToDictionary(v => GrafanaDashboard.Text(v, "name"));

        Assert.Equal("datasource", GrafanaDashboard.Text(variables["datasource"], "type"));
        Assert.Equal("Data source", GrafanaDashboard.Text(variables["datasource"], "label"));
        Assert.Contains("job", variables);
        Assert.True(variables.ContainsKey("host") || name == "fleet-jobs", "jobs alone belong to no host");
        foreach (var variable in variables.Values.Where(v => GrafanaDashboard.Text(v, "type") == "query"))
        {
            Assert.Equal(2, variable["refresh"]!.GetValue<int>());
            Assert.True(variable["multi"]!.GetValue<bool>());
            Assert.True(!variable["includeAll"]!.GetValue<bool>() || GrafanaDashboard.Text(variable, "allValue") == ".+");
            Assert.All(PromExpression.Read(GrafanaDashboard.VariableSeries(variable)).Selectors, s =>
                Assert.EndsWith("_info", s.Metric, StringComparison.Ordinal));
        }

        Assert.Contains(Dashboards.All[name].Annotations, a => GrafanaDashboard.Text(a, "expr").StartsWith("ALERTS{", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Links_lead_to_dashboards_and_pages_that_exist(string name)
    {
        Assert.NotEmpty(Dashboards.All[name].Links);
        foreach (var link in Dashboards.All[name].Links)
        {
            if (Uid().Match(link) is { Success: true } uid)
            {
                Assert.Contains(uid.Groups[1].Value, Shipped);
                Assert.Contains("${datasource:queryparam}", link, StringComparison.Ordinal);
                // All but jobs have a variable for hosts; a variable with two values is passed as a list only as a parameter.
                Assert.Matches(@"[?&](var-host=\$\{__(data\.fields|field\.labels)\.host\}|\$\{host:queryparam\})&", link);
            }
            else
            {
                Assert.Matches(
                    @"^\$\{fleet_url\}(/docs/runbook#\$\{__data\.fields\.alertname\}|/#(overview|hosts|sessions|jobs|exec|alerts)(/.+)?)?$", link);
            }
        }
    }

    [Fact]
    public void The_overview_sorts_by_status_then_by_severity_of_alerts()
    {
        var hosts = Dashboards.All["fleet-overview"].Panels.Single(p => GrafanaDashboard.Text(p, "title") == "Hosts");
        Assert.Equal(
            ["Status", "Critical", "Warnings"],
            GrafanaDashboard.Objects(hosts["options"]!["sortBy"]).Select(s => GrafanaDashboard.Text(s, "displayName")));
        Assert.All(GrafanaDashboard.Objects(hosts["options"]!["sortBy"]), s => Assert.True(s["desc"]!.GetValue<bool>()));
        Assert.Equal("red", ColorOfOne("Critical"));
        Assert.Equal("orange", ColorOfOne("Warnings"));

        string ColorOfOne(string column)
        {
            var properties = GrafanaDashboard.Objects(hosts["fieldConfig"]!["overrides"])
                .Single(o => GrafanaDashboard.Text(o["matcher"]!, "options") == column)["properties"];
            var thresholds = GrafanaDashboard.Objects(properties).Single(p => GrafanaDashboard.Text(p, "id") == "thresholds")["value"]!;
            return GrafanaDashboard.Text(GrafanaDashboard.Objects(thresholds["steps"]).Single(s => s["value"]?.GetValue<double>() == 1), "color");
        }
    }

    private static int At(JsonObject panel, string key) => panel["gridPos"]![key]!.GetValue<int>();

    [GeneratedRegex(@"^/d/([a-z-]+)\?")]
    private static partial Regex Uid();
}
