using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Dashboards;

/// <summary>Runs every query of dashboards and rules in a real Prometheus that scrapes a simulated fleet.</summary>
[Collection(WatchedFleetTests.Name)]
public sealed partial class QueriesTests(WatchedFleet fleet)
{
    /// <summary>As Grafana fills them in: all of the fleet, and the host with the services where there is one only.</summary>
    private static readonly Dictionary<string, string> Values = new()
    {
        ["job"] = ".+",
        ["host"] = ".+",
        ["gpu"] = ".+",
        ["gateway"] = ".+",
        ["price"] = "0.30",
        ["__rate_interval"] = "10s",
        ["__range"] = "20s",
    };

    public static TheoryData<string> Names() => DashboardTools.Names();

    public static TheoryData<string> RuleFiles() =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "prometheus", "rules"), "*.rules.yml")
            .Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_panel_has_data(string name)
    {
        var dashboard = JsonNode.Parse(await File.ReadAllTextAsync(DashboardTools.PathOf(name), TestContext.Current.CancellationToken))!;
        var values = name == "fleet-host" ? new Dictionary<string, string>(Values) { ["host"] = "dgx-spark-1" } : Values;
        List<string> problems = [];
        var (titles, empty) = (new HashSet<string>(), new HashSet<string>());
        foreach (var panel in dashboard["panels"]!.AsArray().SelectMany(p => (p!["panels"]?.AsArray() ?? []).Prepend(p)))
        {
            var where = $"{name}/{panel!["title"]}";
            titles.Add(where);
            foreach (var target in panel["targets"]?.AsArray() ?? [])
            {
                var query = Fill(target!["expr"]!.GetValue<string>(), values);
                var (error, series) = await AskAsync(query, target["instant"]?.GetValue<bool>() ?? false);
                if (error is null && series == 0)
                {
                    empty.Add(where);
                }

                if (error is not null || (series == 0 && !Empty.Reasons.ContainsKey(where) && !Empty.Sometimes.ContainsKey(where)))
                {
                    problems.Add($"{where}: {error ?? "empty"}: {query}");
                }
            }
        }

        bool IsHere(string where) => where.StartsWith(name + "/", StringComparison.Ordinal);
        problems.AddRange(Empty.Reasons.Keys.Where(w => IsHere(w) && !empty.Contains(w)).Select(w => $"{w}: is excused as empty, and is not"));
        problems.AddRange(Empty.Sometimes.Keys.Where(w => IsHere(w) && !titles.Contains(w)).Select(w => $"{w}: no such panel"));
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Variables_have_values_and_annotations_can_be_queried(string name)
    {
        var dashboard = JsonNode.Parse(await File.ReadAllTextAsync(DashboardTools.PathOf(name), TestContext.Current.CancellationToken))!;
        foreach (var variable in dashboard["templating"]!["list"]!.AsArray().Where(v => v!.Text("type") == "query"))
        {
            var query = LabelValues().Match(variable!["query"]!.Text("query"));
            var answer = await fleet.Prometheus.AskAsync(
                $"label/{query.Groups[2].Value}/values?match[]={Uri.EscapeDataString(Fill(query.Groups[1].Value, Values))}");
            Assert.True(answer.Text("status") == "success" && answer["data"]!.AsArray().Count > 0, $"{variable.Text("name")}: {answer}");
        }

        foreach (var annotation in dashboard["annotations"]!["list"]!.AsArray())
        {
            var (error, _) = await AskAsync(Fill(annotation!.Text("expr"), Values), isInstant: false);
            Assert.Null(error);
        }
    }

    [Theory]
    [MemberData(nameof(RuleFiles))]
    public async Task Every_rule_is_evaluated_and_recorded_series_exist(string file)
    {
        var groups = (await fleet.Prometheus.AskAsync("rules"))["data"]!["groups"]!.AsArray().Where(g =>
            g!.Text("file").EndsWith("/" + file, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(groups);
        foreach (var rule in groups.SelectMany(g => g!["rules"]!.AsArray()).OfType<JsonNode>())
        {
            Assert.True(rule.Text("health") == "ok", $"{rule.Text("name")}: {rule["lastError"]}");
            if (rule.Text("type") == "recording")
            {
                Assert.True((await fleet.Prometheus.QueryAsync(rule.Text("name"))).Count > 0, $"{rule.Text("name")} is empty");
            }
        }
    }

    private async Task<(string? Error, int Series)> AskAsync(string query, bool isInstant)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var answer = await fleet.Prometheus.AskAsync(isInstant
            ? $"query?query={Uri.EscapeDataString(query)}"
            : $"query_range?query={Uri.EscapeDataString(query)}&start={now - 20}&end={now}&step=1");
        return answer.Text("status") == "success" ? (null, answer["data"]!["result"]!.AsArray().Count) : (answer.Text("error"), 0);
    }

    private static string Fill(string text, Dictionary<string, string> values) => Variable().Replace(text, m => values[m.Groups[1].Value]);

    [GeneratedRegex(@"\$(__\w+|[a-z_]+)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^label_values\((.+), (\w+)\)$")]
    private static partial Regex LabelValues();
}
