using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.IntegrationTests.Store;

namespace FleetExporter.IntegrationTests;

/// <summary>A PostgreSQL that accepts connections but does not answer delays only requests that need it, and those briefly.</summary>
/// <remarks>Runs alone, because it measures time.</remarks>
[CollectionDefinition(nameof(SilentStoreTests), DisableParallelization = true)]
[Collection(nameof(SilentStoreTests))]
public sealed class SilentStoreTests : IDisposable
{
    private static readonly TimeSpan FromMemory = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Refused = TimeSpan.FromSeconds(2);

    /// <summary>Routes that need no store.</summary>
    private static readonly string[] Memory =
        ["/api/dgx/status", "/api/hosts", "/api/overview", "/api/sessions", "/api/gpu", "/api/me", "/metrics", "/-/ready", "/-/healthy"];

    /// <summary>Routes that do.</summary>
    private static readonly string[] Stored =
        ["/api/dgx/connections", "/api/dgx/projects", "/api/dgx/jobs", "/api/audit", "/api/dgx/projects/nosuch", "/api/dgx/jobs/nosuch"];

    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_store_that_is_silent_at_start()
    {
        await using var server = new StallingProxy(to: 1, stalled: true);
        var watch = Stopwatch.StartNew();
        await using var exporter = await StartAsync($"postgres://fleet:secret@127.0.0.1:{server.Port}/fleet");
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));

        await Task.WhenAll(CheckMemoryAsync(exporter), CheckStoredAsync(exporter, TimeSpan.FromSeconds(4)));

        await IsUnavailableAsync(exporter);
        using var unknown = await exporter.Http.GetAsync("/api/dgx/status/nosuch", Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unknown.StatusCode);
        Assert.Contains("The store is unavailable", exporter.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exporter.Log, StringComparison.Ordinal);
        await exporter.StopAsync();
    }

    [Fact]
    public async Task A_store_that_falls_silent_later_and_recovers()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Postgres);
        var port = store.Postgres!.Port;
        await using var server = new StallingProxy(port);
        await using var exporter = await StartAsync(store.Url.Replace($":{port}/", $":{server.Port}/", StringComparison.Ordinal));
        await IsAvailableAsync(exporter);
        await MakeAsync(exporter, "before");

        for (var silence = 0; silence < 2; silence++)
        {
            server.Stall();
            await Task.WhenAll(CheckMemoryAsync(exporter), CheckStoredAsync(exporter, TimeSpan.FromSeconds(4)));
            await IsUnavailableAsync(exporter);
            await CheckMemoryAsync(exporter);

            server.Resume();
            await IsAvailableAsync(exporter);
            await MakeAsync(exporter, $"after-{silence}");
        }

        var made = (await exporter.JsonAsync("/api/dgx/connections")).List("items").Select(c => c.Text("name"));
        Assert.Empty(new[] { "before", "after-0", "after-1" }.Except(made));
        await exporter.StopAsync();
    }

    [Fact]
    public async Task A_store_that_starts_to_answer_loads_its_data()
    {
        await using var store = await StoreBackend.NewAsync(StoreKind.Postgres);
        var port = store.Postgres!.Port;
        await using var server = new StallingProxy(port, stalled: true);
        await using var exporter = await StartAsync(store.Url.Replace($":{port}/", $":{server.Port}/", StringComparison.Ordinal));
        await IsUnavailableAsync(exporter);

        server.Resume();
        await IsAvailableAsync(exporter);
        await MakeAsync(exporter, "made");
    }

    private static async Task IsUnavailableAsync(Exporter exporter)
    {
        await exporter.UntilAsync("the metric says that the store is unavailable", p => p.Find("fleet_store_up") == 0);
        using var ready = await exporter.Http.GetAsync("/-/ready", Stop);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.StartsWith("ready\nThe store is unavailable", await ready.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    private static async Task IsAvailableAsync(Exporter exporter)
    {
        await exporter.UntilAsync("the store is back", p => p.Find("fleet_store_up") == 1, TimeSpan.FromSeconds(15));
        await Until.SeenAsync(
            async () => await exporter.Http.GetStringAsync("/-/ready", Stop) == "ready\n" ? "yes" : null,
            "readiness says no more",
            () => exporter.Log);
    }

    private static async Task MakeAsync(Exporter exporter, string name) =>
        await ConnectionsTests.DoAsync(exporter, HttpMethod.Post, "/api/dgx/connections", new { name, hostname = "no.invalid", is_active = false });

    /// <summary>99 of 100 answers from memory come within 50 ms, login and a wrong key too, in one of three tries.</summary>
    private static async Task CheckMemoryAsync(Exporter exporter)
    {
        for (var attempt = 1; ; attempt++)
        {
            var took = await TimesAsync(exporter);
            var slowest = took.OrderByDescending(t => t.Time).Take(took.Count / 100 + 1).ToList();
            if (slowest[^1].Time < FromMemory)
            {
                return;
            }

            Assert.True(attempt < 3, string.Join('\n', slowest.Select(s => $"{s.Time.TotalMilliseconds:0} ms: {s.What}")));
        }
    }

    /// <summary>How long each of 400 calls took that need no store.</summary>
    private static async Task<List<(string What, TimeSpan Time)>> TimesAsync(Exporter exporter)
    {
        var key = exporter.Http.DefaultRequestHeaders.GetValues("X-API-Key").Single();
        var took = new List<(string What, TimeSpan Time)>();
        for (var round = 0; round < 40; round++)
        {
            foreach (var path in Memory)
            {
                await TimeAsync(path, HttpStatusCode.OK, () => exporter.Http.GetAsync(path, Stop));
            }

            await TimeAsync("login", HttpStatusCode.NoContent, () => exporter.Http.PostAsJsonAsync("/api/login", new { key }, Stop));
            if (round == 0)
            {
                await TimeAsync(
                    "wrong key", HttpStatusCode.Unauthorized, () => exporter.Http.PostAsJsonAsync("/api/login", new { key = "wrong" }, Stop));
            }

            await Task.Delay(40, Stop);
        }

        return took;

        async Task TimeAsync(string what, HttpStatusCode expected, Func<Task<HttpResponseMessage>> call)
        {
            var watch = Stopwatch.StartNew();
            using var answer = await call();
            took.Add((what, watch.Elapsed));
            Assert.Equal(expected, answer.StatusCode);
        }
    }

    /// <summary>Ten callers ask for what the store has: all are refused within 2 s.</summary>
    private static Task CheckStoredAsync(Exporter exporter, TimeSpan time) => Task.WhenAll(Enumerable.Range(0, 10).Select(async caller =>
    {
        var all = Stopwatch.StartNew();
        for (var call = 0; all.Elapsed < time; call++)
        {
            var watch = Stopwatch.StartNew();
            using var answer = caller == 0
                ? await exporter.Http.PostAsJsonAsync("/api/dgx/connections", new { name = $"silent-{call}", hostname = "no.invalid" }, Stop)
                : await exporter.Http.GetAsync(Stored[(caller + call) % Stored.Length], Stop);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal(("application/problem+json", "5"), (answer.Content.Headers.ContentType?.MediaType, answer.Headers.RetryAfter?.ToString()));
            Assert.True(watch.Elapsed < Refused, $"{answer.RequestMessage!.RequestUri} took {watch.Elapsed}");
            await Task.Delay(100, Stop);
        }
    }));

    private async Task<Exporter> StartAsync(string store)
    {
        var yml = $"poll_interval: 5s\nhosts: []\nstore: {{ connection: \"{store}\" }}\n";
        var exporter = await Exporter.StartAsync(_folder, yml, null, "--simulate", "3");
        foreach (var path in Memory)
        {
            // Compiled once.
            await exporter.Http.GetStringAsync(path, Stop);
        }

        return exporter;
    }
}
