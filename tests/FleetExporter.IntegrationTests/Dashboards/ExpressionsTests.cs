using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Dashboards;

/// <summary>What queries of dashboards give for series that the simulated fleet does not have, by promtool.</summary>
public sealed class ExpressionsTests
{
    private const int Day = 86400;

    [Fact]
    public Task Days_until_a_certificate_expires_count_from_now() => GivesAsync(
        "fleet-services",
        "Certificates",
        [
            $"fleet_service_certificate_expiry_timestamp_seconds{{job='fleet',host='a',service='stt'}} {30 * Day}",
            $"fleet_provider_certificate_expiry_timestamp_seconds{{job='fleet',host='b',provider='qwen'}} {7 * Day}",
        ],
        "{host='a',service='stt',name='stt'} 29",
        "{host='b',provider='qwen',name='qwen'} 6");

    [Fact]
    public Task An_ended_job_is_not_running() => GivesAsync(
        "fleet-jobs",
        "Running jobs",
        [
            "fleet_job_running_seconds{job='fleet',project='vision',training_job='vit-1'} 60",
            "fleet_job_metric{job='fleet',project='vision',training_job='vit-1',name='epoch'} 25",
            "fleet_job_metric{job='fleet',project='vision',training_job='vit-2',name='epoch'} 99",
        ],
        "{project='vision',training_job='vit-1'} 1");

    /// <param name="series">Series with their value, which they keep for a day.</param>
    /// <param name="expected">What the panel's last query gives after a day.</param>
    private static async Task GivesAsync(string dashboard, string title, IReadOnlyList<string> series, params IReadOnlyList<string> expected)
    {
        var root = JsonNode.Parse(await File.ReadAllTextAsync(DashboardTools.PathOf(dashboard), TestContext.Current.CancellationToken))!;
        var panel = root["panels"]!.AsArray().SelectMany(p => (p!["panels"]?.AsArray() ?? []).Prepend(p)).Single(p =>
            p!.Text("title") == title && p!.Text("type") != "row")!;
        var query = panel.List("targets")[^1].Text("expr")
            .Replace("$job", ".+", StringComparison.Ordinal).Replace("$host", ".+", StringComparison.Ordinal);
        var text = new StringBuilder("evaluation_interval: 1h\ntests:\n  - interval: 1h\n    input_series:\n");
        foreach (var line in series)
        {
            var at = line.LastIndexOf(' ');
            text.Append(CultureInfo.InvariantCulture, $"      - {{ series: \"{line[..at]}\", values: '{line[(at + 1)..]}x24' }}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"    promql_expr_test:\n      - expr: '{query.Replace("'", "''", StringComparison.Ordinal)}'\n"
            + $"        eval_time: 24h\n        exp_samples:\n");
        foreach (var line in expected)
        {
            var at = line.LastIndexOf(' ');
            text.Append(CultureInfo.InvariantCulture, $"          - {{ labels: \"{line[..at]}\", value: {line[(at + 1)..]} }}\n");
        }

        using var folder = new TestFolder();
        var result = await Tool.TryAsync("promtool", ["test", "rules", folder.Write("expression.test.yml", text.ToString())]);
        Assert.True(result.Exit == 0, result.Error + result.Output);
    }
}
