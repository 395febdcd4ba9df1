using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.IntegrationTests.Store;

namespace FleetExporter.IntegrationTests;

/// <summary>Thresholds and budgets that are set through the API of the real exporter, in real stores and for a real Prometheus.</summary>
public sealed class LimitsTests : IDisposable
{
    private const string Thresholds = "/api/monitoring/thresholds";
    private const string Budgets = "/api/monitoring/budgets";

    private readonly TestFolder _one = new();
    private readonly TestFolder _two = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
    }

    [Fact]
    public async Task Prometheus_sees_changes_and_can_match_budgets_with_costs()
    {
        await using var exporter = await Exporter.StartAsync(_one, "poll_interval: 1s\n", null, "--simulate", "1");
        await using var prometheus = await PrometheusServer.StartAsync(_one, $$"""
              - { job_name: fleet, honor_labels: true, static_configs: [{ targets: ["{{exporter.Http.BaseAddress!.Authority}}"] }] }
            """);
        await prometheus.UntilAsync("fleet_threshold{name='cost_daily_usd'} == 50");
        await DoAsync(exporter, HttpMethod.Put, $"{Thresholds}/cost_daily_usd", new { value = 7 });
        await DoAsync(exporter, HttpMethod.Put, Budgets, new { gateway = "openclaw", agent = "main", period = "day", usd = 0.000001 });

        await prometheus.UntilAsync("fleet_threshold{name='cost_daily_usd'} == 7");
        await prometheus.UntilAsync(
            "sum by (job, host, gateway, agent) (fleet_openclaw_cost_usd{window='today'})"
            + " > on (job, host, gateway, agent) fleet_budget_usd{agent='main', period='day'}");
        await prometheus.UntilAsync(
            "sum by (job, host, gateway) (fleet_openclaw_cost_usd{window='today'})"
            + " and on (job, host, gateway) fleet_budget_usd{agent='', cron='', period='day'}");
        await prometheus.UntilAsync("fleet_openclaw_cron_cost_usd and on (job, host, gateway, cron) fleet_budget_usd{cron!='', period='day'}");
        await prometheus.UntilAsync("fleet_openclaw_cost_projected_month_usd and on (job, host, gateway) fleet_budget_usd{period='month'}");
        var budgets = (await exporter.JsonAsync(Budgets)).List("items");
        Assert.Equal(5, budgets.Count);
        Assert.All(budgets, b => Assert.NotNull(b["spent_usd"]));
    }

    [Fact]
    public async Task Without_the_store_stored_values_stay_and_changes_are_refused()
    {
        await using var server = await PostgresServer.StartAsync();
        await server.NewAsync();
        await using var exporter = await StartAsync(_one, server.UrlOf("fleet1"));
        await DoAsync(exporter, HttpMethod.Put, $"{Thresholds}/tmux_sessions", new { value = 3 });

        await server.StopAsync();
        using var put = await exporter.Http.PutAsJsonAsync($"{Thresholds}/tmux_sessions", new { value = 4 }, Stop);
        using var delete = await exporter.Http.DeleteAsync($"{Thresholds}/tmux_sessions", Stop);
        using var budget = await exporter.Http.PutAsJsonAsync(Budgets, new { gateway = "claw", period = "day", usd = 1 }, Stop);

        Assert.All(
            [put, delete, budget],
            r => Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), (r.StatusCode, r.Headers.RetryAfter?.ToString())));
        Assert.Equal(3, Threshold(await exporter.PageAsync()));
        var kept = (await exporter.JsonAsync(Thresholds)).List("items").Single(t => t.Text("name") == "tmux_sessions");
        Assert.Equal((3, "store"), (kept["value"]!.GetValue<double>(), kept.Text("source")));
        Assert.Empty((await exporter.JsonAsync(Budgets)).List("items"));

        // It ends as one that runs.
        await server.RunAsync();
    }

    [Fact]
    public async Task Two_exporters_on_one_store_have_the_same_thresholds_and_budgets()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Postgres);
        await using var one = await StartAsync(_one, store.Url);
        await using var two = await StartAsync(_two, store.Url);
        await DoAsync(one, HttpMethod.Put, $"{Thresholds}/tmux_sessions", new { value = 3 });
        await DoAsync(one, HttpMethod.Put, Budgets, new { gateway = "claw", period = "day", usd = 1 });
        Assert.Equal((3, 1), (Threshold(await one.PageAsync()), Budget(await one.PageAsync())));
        await two.UntilAsync("the other's count", p => Threshold(p) == 3 && Budget(p) == 1, TimeSpan.FromSeconds(60));

        await DoAsync(two, HttpMethod.Delete, $"{Thresholds}/tmux_sessions", null);
        await DoAsync(two, HttpMethod.Delete, $"{Budgets}?gateway=claw&period=day", null);
        Assert.Null(Budget(await two.PageAsync()));
        await one.UntilAsync("the other's deletion counts", p => Threshold(p) == 50 && Budget(p) is null, TimeSpan.FromSeconds(60));
    }

    private static double Threshold(Page page) => page.Find("fleet_threshold", ("name", "tmux_sessions"))!.Value;

    private static double? Budget(Page page) => page.Find("fleet_budget_usd", ("gateway", "claw"));

    private static Task<Exporter> StartAsync(TestFolder folder, string store) => Exporter.StartAsync(
        folder, $"hosts: []\ngateways: [{{ name: claw, url: \"ws://127.0.0.1:1\" }}]\nstore: {{ connection: \"{store}\" }}\n");

    private static Task<JsonNode> DoAsync(Exporter exporter, HttpMethod method, string path, object? body) =>
        ConnectionsTests.DoAsync(exporter, method, path, body);
}
