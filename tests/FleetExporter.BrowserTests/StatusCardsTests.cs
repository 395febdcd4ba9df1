using System.Text.RegularExpressions;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>
/// A third-party page over <c>/api/overview</c> that does not check its input: every field must be present, unconfigured parts must not be ok, and
/// errors must say why.
/// </summary>
public sealed partial class StatusCardsTests(Chromium chromium) : PageTest(chromium)
{
    private static readonly string[] Parts = ["gpu", "local_gpu", "provider", "gateway", "tunnel", "multimodal", "heartbeat"];

    [Fact]
    public async Task An_unconfigured_part_is_an_error_that_says_what_is_missing()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "hosts: []\n");
        var visit = await OpenAsync(exporter);

        foreach (var part in Parts)
        {
            await Expect(visit.Find($"card-{part}")).ToHaveClassAsync("error");
            await Expect(visit.Find($"body-{part}")).ToContainTextAsync("not configured: ");
        }

        // Unconfigured parts do not affect the overall status.
        await Expect(visit.Find("overall")).ToHaveTextAsync("OK");
        await AssertNothingIsMissingAsync(visit);
        await CloseAsync();
    }

    [Fact]
    public async Task A_failing_part_says_why()
    {
        using var folder = new TestFolder();
        var dead = Ports.Free();
        await using var exporter = await Exporter.StartAsync(
            folder,
            $$"""
            poll_interval: 1s
            hosts: [{ name: here, gpu: true }, { name: away, address: "127.0.0.1:{{dead}}", gpu: true }]
            services: [{ name: stt, url: "http://127.0.0.1:{{dead}}/health" }]
            providers: [{ name: beat, url: "http://127.0.0.1:{{dead}}", host: here, unit: beat.service }]
            gateways: [{ name: claw, url: "ws://127.0.0.1:{{dead}}" }]
            tunnels: [{ name: t, connect: "127.0.0.1:{{dead}}" }]

            """,
            new Dictionary<string, string?> { ["PATH"] = "/usr/bin:/bin" });
        var visit = await OpenAsync(exporter);

        foreach (var part in Parts)
        {
            await Expect(visit.Find($"card-{part}")).ToHaveClassAsync("error", new() { Timeout = 60_000 });
            await Expect(visit.Find($"body-{part}")).ToHaveTextAsync(Reason());
        }

        await Expect(visit.Find("body-gpu")).ToContainTextAsync("away is offline: refused");
        await Expect(visit.Find("overall")).ToHaveTextAsync("ERROR");
        await AssertNothingIsMissingAsync(visit);
        await CloseAsync();
    }

    [Fact]
    public async Task A_complete_fleet_has_every_field()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 1s\nhosts: []\n", null, "--simulate", "10");
        var visit = await OpenAsync(exporter);

        await Expect(visit.Find("card-heartbeat")).ToHaveClassAsync("ok");
        await Expect(visit.Find("body-heartbeat")).ToContainTextAsync("0.6B");
        await Expect(visit.Find("body-heartbeat")).ToContainTextAsync("40K tokens");
        await Expect(visit.Find("body-heartbeat")).ToContainTextAsync("[x] heartbeat/qwen3-0.6b Qwen3 0.6B heartbeat qwen3-0.6b");
        await Expect(visit.Find("body-gateway").Locator("dt"))
            .ToHaveTextAsync(["Running", "Latency", "Sessions", "Discord", "main", "5b1f", "77aa", "1180", "c0a1"]);
        await Expect(visit.Find("body-gateway").Locator("dd").Last).ToHaveTextAsync(WholeAge());
        await Expect(visit.Find("card-gpu")).Not.ToHaveClassAsync("error");
        await Expect(visit.Find("body-gpu")).ToContainTextAsync("unified: shares the machine's memory");
        // All hosts are simulated, so none is the exporter's own machine.
        await Expect(visit.Find("body-local_gpu")).ToContainTextAsync("not configured: ");
        await AssertNothingIsMissingAsync(visit);
        await CloseAsync();
    }

    [Fact]
    public async Task The_local_GPU_card_shows_the_drivers_free_memory()
    {
        using var folder = new TestFolder();
        FakeNvidiaSmi.H100(folder);
        var path = $"{FakeNvidiaSmi.FolderIn(folder)}:/usr/bin:/bin";
        await using var exporter = await Exporter.StartAsync(
            folder, "poll_interval: 1s\nhosts: [{ name: here }]\n", new Dictionary<string, string?> { ["PATH"] = path });
        var visit = await OpenAsync(exporter);

        await Expect(visit.Find("card-local_gpu")).Not.ToHaveClassAsync("error");
        await Expect(visit.Find("body-local_gpu")).ToContainTextAsync("19818 / 81559 MB");
        await Expect(visit.Find("body-local_gpu")).ToContainTextAsync("61263 MB");
        await AssertNothingIsMissingAsync(visit);
        await CloseAsync();
    }

    /// <summary>Serves the third-party page in place of the service's own.</summary>
    private Task<Visit> OpenAsync(Exporter exporter)
    {
        var html = File.ReadAllText(Repository.PathOf("tests", "FleetExporter.BrowserTests", "Assets", "status-cards.html"));
        return VisitAsync(exporter, new(Prepare: page => page.RouteAsync(
            url => new Uri(url).AbsolutePath == "/", route => route.FulfillAsync(new() { ContentType = "text/html; charset=utf-8", Body = html }))));
    }

    private static async Task AssertNothingIsMissingAsync(Visit visit)
    {
        await Expect(visit.Find("main")).Not.ToContainTextAsync(Missing());
        Assert.Equal(Parts.Length, await visit.Page.Locator("article").CountAsync());
    }

    [GeneratedRegex("undefined|NaN|null|\\[object")]
    private static partial Regex Missing();

    /// <summary>The label and a reason of more than one word.</summary>
    [GeneratedRegex("^Error.{8,}$")]
    private static partial Regex Reason();

    [GeneratedRegex("^[0-9]+ (?:s|min|h) ago$")]
    private static partial Regex WholeAge();
}
