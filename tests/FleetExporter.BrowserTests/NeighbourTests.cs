using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>A host that sends hostile texts changes nothing but its own card: pictures of the others are the same, bit by bit.</summary>
public sealed class NeighbourTests(Chromium chromium) : PageTest(chromium)
{
    private const string Hostile = "gpu-server-2";

    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task Pictures_of_other_hosts_do_not_change(int width)
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 1m\n", null, "--simulate", "8");
        await exporter.UntilAsync("all hosts", p => p.Of("fleet_gpu_info").Count() >= 18 && p.Of("fleet_tunnel_up").Any());
        var answers = new ConcurrentDictionary<string, JsonNode?>();
        var calm = await PicturesAsync(exporter, width, answers, isHostile: false);
        var hostile = await PicturesAsync(exporter, width, answers, isHostile: true);

        Assert.Equal(calm.Keys.Order(), hostile.Keys.Order());
        Assert.NotEmpty(calm);
        Directory.CreateDirectory(ScreenshotPath("failed"));
        foreach (var (name, picture) in calm.Where(c => !c.Value.AsSpan().SequenceEqual(hostile[c.Key])))
        {
            var stop = TestContext.Current.CancellationToken;
            await File.WriteAllBytesAsync(ScreenshotPath("failed", $"{name}-{width}-calm.png"), picture, stop);
            await File.WriteAllBytesAsync(ScreenshotPath("failed", $"{name}-{width}-hostile.png"), hostile[name], stop);
        }

        Assert.All(calm, picture => Assert.True(picture.Value.AsSpan().SequenceEqual(hostile[picture.Key]), picture.Key));
        await CloseAsync();
    }

    /// <summary>The page with the values of one moment; where hostile, all texts of one host but its name are.</summary>
    private async Task<Dictionary<string, byte[]>> PicturesAsync(
        Exporter exporter, int width, ConcurrentDictionary<string, JsonNode?> answers, bool isHostile)
    {
        var visit = await VisitAsync(exporter, new("hosts", Width: width, Prepare: async page =>
        {
            await page.RouteAsync(new Regex("/api/(hosts|overview|recent|targets|events|history|config)"), async route =>
            {
                var path = new Uri(route.Request.Url).PathAndQuery.Split("&since=")[0];
                if (!answers.TryGetValue(path, out var answer))
                {
                    var fetched = await route.FetchAsync();
                    answers[path] = answer = fetched.Ok ? JsonNode.Parse(await fetched.TextAsync()) : null;
                }

                await route.FulfillAsync(new()
                {
                    ContentType = "application/json",
                    Body = (isHostile ? WithHostileHost(answer) : answer)?.ToJsonString() ?? "null",
                });
            });
            await page.RouteWebSocketAsync("**/ws", socket => _ = socket.CloseAsync());
        }));
        var pictures = new Dictionary<string, byte[]>();
        await Expect(visit.Visible("host")).ToHaveCountAsync(8);
        foreach (var host in (string[])["gpu-server-1", "dgx-spark-1", "raspberry-pi-1"])
        {
            pictures[$"card of {host}"] = await PictureAsync(visit.Host(host));
        }

        await visit.GoAsync("hosts/gpu-server-1");
        await Expect(visit.Visible("gpu")).ToHaveCountAsync(8);
        pictures["head of gpu-server-1"] = await PictureAsync(visit.Visible("host-head"));
        pictures["GPUs of gpu-server-1"] = await PictureAsync(visit.Visible("host-gpus"));
        await visit.GoAsync("overview");
        await Expect(visit.Find("area-provider")).ToBeVisibleAsync();
        pictures["model servers"] = await PictureAsync(visit.Find("area-provider"));
        return pictures;
    }

    /// <summary>Taken at a place of its own, with its own width: fractions of a pixel, which depend on what is above it, change its edges.</summary>
    private static async Task<byte[]> PictureAsync(ILocator element)
    {
        await element.EvaluateAsync(
            """
            e => {
              const { width, height } = e.getBoundingClientRect();
              const size = { width: `${Math.round(width)}px`, height: `${Math.ceil(height)}px` };
              Object.assign(e.style, { position: 'fixed', left: 0, top: 0, margin: 0, borderRadius: 0, zIndex: 99, ...size });
            }
            """);
        var picture = await element.ScreenshotAsync(new()
        {
            // Sparklines move on with the time.
            Mask = [element.Locator(".spark"), element.Locator("time")],
            Animations = ScreenshotAnimations.Disabled,
        });
        await element.EvaluateAsync("e => e.removeAttribute('style')");
        return picture;
    }

    private static JsonNode? WithHostileHost(JsonNode? answer)
    {
        var copy = answer?.DeepClone();
        foreach (var host in (copy as JsonObject)?["items"] as JsonArray ?? [])
        {
            if (host is not JsonObject fields || fields["hostname"]?.GetValue<string>() != Hostile)
            {
                continue;
            }

            var turn = 0;
            foreach (var name in fields.Select(f => f.Key).Where(n => n is not ("hostname" or "status")).ToList())
            {
                fields[name] = HostileTextTests.WithHostileTexts(fields[name], ref turn);
            }
        }

        return copy;
    }
}
