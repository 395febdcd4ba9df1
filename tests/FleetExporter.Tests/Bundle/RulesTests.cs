using System.Text.RegularExpressions;
using FleetExporter.Api;
using FleetExporter.Config;
using FleetExporter.Metrics;

namespace FleetExporter.Tests.Bundle;

public sealed partial class RulesTests
{
    private static readonly string[] Severities = ["critical", "warning", "info", "none"];

    /// <summary>Alerts of a host that resolve with their condition, and why; those of severity info do, because they notify no one.</summary>
    private static readonly Dictionary<string, string> EndAtOnce = new()
    {
        ["FleetDeviceSilent"] = "is itself what hides the others, and its series does not end with the device",
        ["FleetHostKeyChanged"] = "its series is about the connection and does not end with the host",
        ["FleetSshAuthFailing"] = "its series is about the connection and does not end with the host",
    };

    private static readonly string[] Runbook =
        [.. File.ReadLines(Repository.PathOf("docs", "runbook.md")).Where(l => l.StartsWith("## ", StringComparison.Ordinal)).Select(l => l[3..])];

    public static TheoryData<string> Alerts() => [.. Rules.Alerts.Select(a => Rules.Text(a, "alert")!)];

    [Theory]
    [MemberData(nameof(Alerts))]
    public void Alerts_have_severity_summary_and_runbook_link(string name)
    {
        var alert = Rules.Alerts.Single(a => Rules.Text(a, "alert") == name);
        var annotations = Rules.Map(alert, "annotations");

        Assert.Contains(Rules.Text(Rules.Map(alert, "labels"), "severity"), Severities);
        Assert.Matches(@"^[A-Z][^{}]*\.$", Rules.Text(annotations, "summary"));
        Assert.EndsWith(".", Rules.Text(annotations, "description"), StringComparison.Ordinal);
        Assert.Equal($"{{{{ $externalLabels.fleet_url }}}}/docs/runbook#{name.ToLowerInvariant()}", Rules.Text(annotations, "runbook_url"));
        Assert.Contains(name, Runbook);
    }

    // Silent one evaluation before, and firing: both are in prometheus/tests, run by promtool.
    [Theory]
    [MemberData(nameof(Alerts))]
    public void Alerts_are_tested_silent_and_firing(string name)
    {
        Assert.Contains((name, true), Rules.Tested);
        Assert.True(name == "Watchdog" || Rules.Tested.Contains((name, false)), "no test has it silent");
    }

    [Theory]
    [MemberData(nameof(Alerts))]
    public void Alerts_are_tested_silent_one_evaluation_before_firing(string name) =>
        Assert.True(
            name == "Watchdog" || Rules.Firings.Any(f => f.Alert == name && f.IsSilentBefore),
            "no test has it silent one evaluation before it fires");

    // Otherwise it would resolve when the host fails, before the host's own alert can inhibit it.
    [Fact]
    public void Alerts_of_a_host_stay_firing_until_the_host_alert_fires()
    {
        var ofHosts = Rules.Firings.Where(f => f.Labels.Contains("host")).Select(f => f.Alert).ToHashSet();
        foreach (var alert in Rules.Alerts.Where(a =>
            ofHosts.Contains(Rules.Text(a, "alert")!) && Rules.Text(Rules.Map(a, "labels"), "severity") != "info"))
        {
            var (name, keep) = (Rules.Text(alert, "alert")!, Rules.Text(alert, "keep_firing_for"));
            Assert.True(keep == (EndAtOnce.ContainsKey(name) ? null : "10m"), $"{name} is kept for {keep ?? "nothing"}");
        }

        Assert.Subset(ofHosts, EndAtOnce.Keys.ToHashSet());
        Assert.True(ofHosts.Count > 40);
    }

    [Fact]
    public void The_runbook_has_no_heading_without_an_alert() =>
        Assert.Equal(Rules.Alerts.Select(a => Rules.Text(a, "alert")).Order(StringComparer.Ordinal), Runbook.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_metric_of_a_rule_is_one_that_the_service_publishes_with_those_labels()
    {
        var families = ExporterPage.Families.ToDictionary(f => f.Name, f => f, StringComparer.Ordinal);
        var recorded = Rules.All.Select(r => Rules.Text(r, "record")).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var rule in Rules.All)
        {
            var expression = Rules.Text(rule, "expr")!;
            foreach (var name in Recorded().Matches(expression).Select(m => m.Value))
            {
                Assert.Contains(name, recorded);
            }

            foreach (Match metric in Metric().Matches(Recorded().Replace(expression, "")))
            {
                var family = Assert.Contains(metric.Groups[1].Value, families);
                Assert.All(
                    Label().Matches(metric.Groups[2].Value).Select(m => m.Groups[1].Value).Where(l => l != "job"),
                    label => Assert.Contains(label, family.Labels));
                Assert.True(family.Type != MetricType.Counter || Rate().IsMatch(expression), $"{family.Name} is a counter: {expression}");
            }

            foreach (Match threshold in ThresholdName().Matches(expression))
            {
                Assert.Contains(threshold.Groups[1].Value, Threshold.All.Select(t => t.Name));
            }
        }
    }

    [Fact]
    public void Optional_rules_record_what_the_service_publishes()
    {
        var families = ExporterPage.Families.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        var recorded = Rules.Optional.Select(r => Rules.Text(r, "record")!).ToList();
        Assert.Distinct(recorded);
        Assert.All(Rules.Optional.Select(r => Rules.Text(r, "expr")!), expression =>
        {
            Assert.All(Metric().Matches(Recorded().Replace(expression, "")).Select(m => m.Groups[1].Value), name => Assert.Contains(name, families));
            Assert.All(Recorded().Matches(expression).Select(m => m.Value), name => Assert.Contains(name, recorded));
        });
    }

    /// <summary>Their values are closed sets, all of which the golden pages have.</summary>
    [Fact]
    public void Rules_select_label_values_that_GPUs_have()
    {
        var pages = string.Concat(
            Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "expected", "pages")).Order(StringComparer.Ordinal).Select(File.ReadAllText));
        var selected =
            from rule in Rules.All.Concat(Rules.Optional)
            from Match metric in Metric().Matches(Rules.Text(rule, "expr")!)
            from Match label in ClosedLabel().Matches(metric.Groups[2].Value)
            where metric.Groups[1].Value.StartsWith("fleet_gpu_", StringComparison.Ordinal)
            select $"{metric.Groups[1].Value}\\{{[^\n]*{label.Value}";
        Assert.NotEmpty(selected);
        Assert.All(selected.Distinct(), series => Assert.Matches(series, pages));
    }

    [GeneratedRegex(@"\b[a-z_]+:[a-z0-9_]+:[a-z0-9]+\b")]
    private static partial Regex Recorded();

    [GeneratedRegex(@"\b(fleet_[a-z0-9_]+)(?:\{([^}]*)\})?")]
    private static partial Regex Metric();

    [GeneratedRegex("""(?:^|,)\s*([a-z_]+)\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"(?=,|$)""")]
    private static partial Regex Label();

    [GeneratedRegex("""(?:clock|cause|level|reason)="[a-z_]+"(?=[,}]|$)""")]
    private static partial Regex ClosedLabel();

    [GeneratedRegex(@"\b(rate|increase|changes)\(")]
    private static partial Regex Rate();

    [GeneratedRegex("""fleet_threshold\{name="([^"]+)"\}""")]
    private static partial Regex ThresholdName();
}
