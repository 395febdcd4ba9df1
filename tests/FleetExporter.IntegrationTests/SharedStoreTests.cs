using System.Net;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.IntegrationTests.Store;

namespace FleetExporter.IntegrationTests;

/// <summary>Two exporters with different hosts share one store.</summary>
public sealed class SharedStoreTests : IDisposable
{
    private const string Others = "it is a host of another exporter that shares the store";

    private readonly TestFolder _one = new();
    private readonly TestFolder _two = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
    }

    [Fact]
    public async Task Each_exporter_keeps_its_hosts_and_does_not_change_the_others()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Postgres);
        await using var one = await StartAsync(_one, store, "{ name: a, address: a.invalid }, { name: both, address: one.invalid }");
        await UntilAsync(one, "a", null);
        string before;
        await using (var two = await StartAsync(_two, store, "{ name: b, address: b.invalid }, { name: both, address: two.invalid }"))
        {
            await UntilAsync(two, "a", Others);
            await UntilAsync(two, "b", null);
            await Until.SeenAsync(
                async () => (await StatusAsync(two)).Count(s => s.Text("name") == "both") == 2 ? "yes" : null,
                "both hosts of that name", () => two.Log, TimeSpan.FromSeconds(60));
            await Until.TrueAsync(
                () => two.Log.Contains("Host both is monitored but cannot have projects", StringComparison.Ordinal), "it is logged", () => two.Log);

            // Its own is found by the name, and the other's is not its to delete.
            Assert.NotEqual(Others, (await two.JsonAsync("/api/dgx/status/both"))["reason"]?.ToString());
            using var refused = await two.Http.DeleteAsync("/api/dgx/connections/a", Stop);
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
            Assert.Contains("another exporter", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
            before = await OwnersAsync(store);
            Assert.Equal(3, before.Split(',').Length);
            await two.StopAsync();
        }

        // It comes back as the one that it was, and the other has not taken its hosts meanwhile.
        await one.Http.PostAsync("/-/reload", null, Stop);
        await using (var two = await StartAsync(_two, store, "{ name: b, address: b.invalid }, { name: both, address: two.invalid }"))
        {
            await UntilAsync(two, "a", Others);
            Assert.Equal(before, await OwnersAsync(store));
        }
    }

    private static async Task<string> OwnersAsync(StoreBackend store) =>
        (await store.AskAsync("SELECT string_agg(name || ' ' || owner, ',' ORDER BY name) FROM connections")).Output;

    private static Task<Exporter> StartAsync(TestFolder folder, StoreBackend store, string hosts) =>
        Exporter.StartAsync(folder, $"hosts: [{hosts}]\nstore: {{ connection: \"{store.Url}\" }}\n");

    private static async Task<IReadOnlyList<JsonNode>> StatusAsync(Exporter exporter) =>
        (await exporter.JsonAsync("/api/dgx/status")).List("items");

    /// <param name="reason">Why it is not connected; null for any other reason than that it is another exporter's.</param>
    private static Task<string> UntilAsync(Exporter exporter, string name, string? reason) => Until.SeenAsync(
        async () => (await StatusAsync(exporter)).FirstOrDefault(s => s.Text("name") == name)?["reason"]?.ToString() is { } said
            && (reason is null ? said != Others : said == reason) ? "yes" : null,
        $"the status of {name}",
        () => exporter.Log);
}
