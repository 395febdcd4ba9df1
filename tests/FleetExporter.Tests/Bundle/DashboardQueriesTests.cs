using FleetExporter.Api;
using FleetExporter.Config;
using FleetExporter.Metrics;

namespace FleetExporter.Tests.Bundle;

/// <summary>
/// What the dashboards ask, after the rules of Grafana's dashboard linter.
/// Validity and results of the queries are tested with a real Prometheus.
/// </summary>
public sealed class DashboardQueriesTests
{
    private static readonly string[] OfPrometheus =
    [
        "ALERTS", "up", "scrape_duration_seconds", "scrape_samples_scraped", "prometheus_rule_group_last_duration_seconds",
        "alertmanager_notifications_failed_total"
    ];

    private static readonly string[] OfAlerts = ["alertname", "alertstate", "severity", "rule_group", "integration"];

    private static readonly string[] Rates = ["rate", "irate", "increase"];

    /// <summary>Level prefix of a recorded name, and the labels of such series.</summary>
    private static readonly Dictionary<string, string[]> Levels = new()
    {
        ["host"] = ["host"],
        ["host_gpu"] = ["host", "gpu", "uuid"],
        ["gateway"] = ["host", "gateway"],
        ["service"] = ["host", "service"],
    };

    private static readonly Dictionary<string, IReadOnlyList<string>> LabelsOf = Published();

    private static readonly HashSet<string> Counters = [.. ExporterPage.Families.Where(f => f.Type == MetricType.Counter).Select(f => f.Name)];

    public static TheoryData<string> Names() => Dashboards.Names();

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_metric_is_published_with_the_labels_used(string name) => Assert.All(Dashboards.All[name].AllQueries, query =>
    {
        var read = PromExpression.Read(query.Expression);
        Assert.NotEmpty(read.Selectors);
        foreach (var selector in read.Selectors.Where(s => !OfPrometheus.Contains(s.Metric)))
        {
            var labels = Assert.Contains(selector.Metric, LabelsOf);
            Assert.All(selector.Matchers.Keys.Where(l => l != "job"), label => Assert.Contains(label, labels));
        }

        // Queries group by labels of their metrics, or by labels that they create.
        var known = read.Selectors.SelectMany(s => LabelsOf.GetValueOrDefault(s.Metric, OfAlerts))
            .Concat(["job", "instance", "host"]).Concat(read.Strings).ToHashSet();
        Assert.All(read.Grouping, label => Assert.Contains(label, known));
        foreach (var threshold in read.Selectors.Where(s => s.Metric == "fleet_threshold").Select(s => s.Matchers["name"]))
        {
            Assert.Contains(threshold[2..^1], Threshold.All.Select(t => t.Name));
        }
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_selector_uses_the_variables_of_the_dashboard(string name)
    {
        var variables = Dashboards.All[name].Variables.Select(v => GrafanaDashboard.Text(v, "name")).Where(v =>
            v is "host" or "gpu" or "gateway").ToList();
        Assert.All(Dashboards.All[name].PanelQueries, query =>
        {
            foreach (var selector in PromExpression.Read(query.Expression).Selectors.Where(s => !IsExcused(RuleExceptions.Selectors, s.Metric)))
            {
                Assert.Equal("=~\"$job\"", selector.Matchers.GetValueOrDefault("job"));
                foreach (var variable in variables.Where(v => LabelsOf.GetValueOrDefault(selector.Metric, []).Contains(v)))
                {
                    Assert.Equal($"=~\"${variable}\"", selector.Matchers.GetValueOrDefault(variable));
                }
            }
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Counters_are_read_as_rates_over_suitable_windows(string name) => Assert.All(Dashboards.All[name].AllQueries, query =>
    {
        foreach (var selector in PromExpression.Read(query.Expression).Selectors)
        {
            var isRate = Rates.Contains(selector.Function);
            Assert.True(!Counters.Contains(selector.Metric) || isRate, $"{query.Where}: {selector.Metric} is a counter");
            if (isRate && !IsExcused(RuleExceptions.Window, $"{name}/{query.Where}"))
            {
                Assert.Contains(selector.Window, selector.Function == "increase" ? new[] { "$__rate_interval", "$__range" } : ["$__rate_interval"]);
            }
        }
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Legends_use_labels_of_the_query(string name)
    {
        foreach (var panel in Dashboards.All[name].Panels)
        {
            foreach (var target in GrafanaDashboard.Objects(panel["targets"]))
            {
                var read = PromExpression.Read(GrafanaDashboard.Text(target, "expr"));
                var known = read.Grouping.Concat(read.Strings).Concat(read.Selectors.SelectMany(s => LabelsOf.GetValueOrDefault(s.Metric, OfAlerts)));
                var named = System.Text.RegularExpressions.Regex.Matches(GrafanaDashboard.Text(target, "legendFormat"), @"\{\{(\w+)\}\}")
                    .Select(m => m.Groups[1].Value);
                Assert.All(named, label => Assert.Contains(label, known));
            }
        }
    }

    [Fact]
    public void Every_exception_is_needed()
    {
        var metrics = Dashboards.All.Values.SelectMany(d => d.PanelQueries)
            .SelectMany(q => PromExpression.Read(q.Expression).Selectors).Select(s => s.Metric).ToHashSet();
        var panels = Dashboards.All.Values.SelectMany(d => d.PanelQueries.Select(q => $"{d.Name}/{q.Where}")).ToHashSet();
        Assert.All(RuleExceptions.All, e => Assert.Contains(e.Where, e.Rule == RuleExceptions.Window ? panels : metrics));
    }

    private static bool IsExcused(string rule, string where) => RuleExceptions.All.Any(e => e.Rule == rule && e.Where == where);

    private static Dictionary<string, IReadOnlyList<string>> Published()
    {
        var labels = ExporterPage.Families
            .SelectMany(f => f.SampleNames, (family, name) => (
                Name: name,
                Labels: (IReadOnlyList<string>)(name.EndsWith("_bucket", StringComparison.Ordinal) ? [.. family.Labels, "le"] : family.Labels)))
            .ToDictionary(f => f.Name, f => f.Labels);
        foreach (var recorded in Rules.All.Select(r => Rules.Text(r, "record")).OfType<string>())
        {
            labels[recorded] = Levels[recorded.Split(':')[0]];
        }

        return labels;
    }
}
