using System.Text.Json.Nodes;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Text from machines stays text on the page, whatever it contains.</summary>
public sealed class HostileTextTests(Chromium chromium) : PageTest(chromium)
{
    private const string Image = "<img src=x onerror=alert(1)>";
    private const string Script = "</script><script>alert(2)</script>";
    private const string Backwards = "a\u202Egnp\u2066b";

    private static readonly string[] Texts =
    [
        Image, Script, Backwards, new string('W', 4000), "javascript:alert(3)", "\"'><svg onload=alert(4)>",
        "\u001b[31mred\u001b]8;;https://example.invalid\u0007link\u001b[0m",
        "{{constructor.constructor('alert(5)')()}}", "a\nb\r\0c\u0007d\u009b1m", "../../etc/passwd?#%00",
        "\ud83d\udc69\u200d\ud83d\ude80\u0301\u0301\u0301",
        "__proto__",
    ];

    [Fact]
    public async Task Names_of_sessions_and_processes_and_command_output_stay_text()
    {
        await using var machine = await WatchedMachine.StartAsync(path: FakeNvidiaSmi.FolderIn);
        await using var tmux = new TmuxServer(machine.User);
        foreach (var name in Texts)
        {
            Assert.Equal(0, (await tmux.TryCreateAsync(name.Replace("\0", "", StringComparison.Ordinal))).Exit);
        }

        FakeNvidiaSmi.H100(machine.Folder).Processes(Texts.Select((text, i) =>
            (SmallFleet.BoxGpu, 100 + i, text.Replace("\n", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal), 10 + i)));
        var config = machine.Config("exec: { policy: any }\nlabels: { note: \"" + Image + "\" }") + SmallFleet.KeysYaml + "\n";
        await using var exporter = await Exporter.StartAsync(machine.Folder, config);
        await exporter.UntilHostAsync("all sessions", host => host["sessions"]!.AsArray().Count >= Texts.Length - 1
            && host["gpus"]!.AsArray() is [{ } gpu] && gpu["processes"]!.AsArray().Count > 5);
        foreach (var width in (int[])[1400, 360])
        {
            var visit = await VisitAsync(exporter, new("sessions", SmallFleet.OperatorKey, width));
            await Expect(visit.Find("session").GetByText(Image, new() { Exact = true })).ToBeVisibleAsync();
            await Expect(visit.Find("view-sessions")).ToContainTextAsync("a gnp b");
            await AssertOnlyTextAsync(visit);
            foreach (var view in (string[])["overview", "hosts", "hosts/box"])
            {
                await visit.GoAsync(view);
                await AssertOnlyTextAsync(visit);
            }

            await Expect(visit.Host("box").GetByTestId("gpu-processes")).ToContainTextAsync("<img");
            await visit.GoAsync("exec");
            await visit.HostOption("box").ClickAsync();
            await visit.Find("exec-command").FillAsync(
                $"printf '%s\\n' '{Image}' '{Script}' '{Backwards}'; "
                + "printf '\\033[31mred\\033[0m\\033]0;title\\007 done\\n'; head -c 4000 /dev/zero | tr '\\0' W; printf '\\377\\376'");
            await visit.Find("exec-run-button").ClickAsync();
            await Expect(visit.CommandRun("box").GetByTestId("exec-state")).ToHaveTextAsync("exit 0");
            await Expect(visit.CommandRun("box").GetByTestId("output")).ToContainTextAsync(Image);
            await Expect(visit.CommandRun("box").GetByTestId("output")).ToContainTextAsync("red done");
            await AssertOnlyTextAsync(visit);
        }

        await CloseAsync();
    }

    /// <summary>Every string in the service's responses is replaced by a hostile one.</summary>
    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task Every_text_of_every_response_stays_text(int width)
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 1s\n" + SmallFleet.KeysYaml + "\n", null, "--simulate", "10");
        await exporter.UntilAsync("hosts", p => p.Of("fleet_gpu_info").Count() > 10);
        var visit = await VisitAsync(exporter, new("overview", SmallFleet.OperatorKey, width, Prepare: async page =>
        {
            await page.RouteAsync(new System.Text.RegularExpressions.Regex(@"/api/(?!me|login)"), FulfillWithHostileTextsAsync);
            // Without a WebSocket the page polls the routes above.
            await page.RouteWebSocketAsync("**/ws", socket => _ = socket.CloseAsync());
        }));
        // Hosts have hostile names on the page only; the service does not know them.
        visit.ExpectStatus("/api/", 404);
        string[] views = [.. Views.All, "hosts/" + Uri.EscapeDataString(Image), "targets/service/stt", "sessions/" + Uri.EscapeDataString(Script)];
        foreach (var view in views)
        {
            await visit.GoAsync(view);
            await Expect(visit.Find("updated")).Not.ToHaveTextAsync("never");
            await AssertOnlyTextAsync(visit);
        }

        await CloseAsync();
    }

    private static async Task FulfillWithHostileTextsAsync(IRoute route)
    {
        // The page of the host that is called Image shows another host's values.
        var name = Uri.EscapeDataString(Image).Replace("%28", "(", StringComparison.Ordinal).Replace("%29", ")", StringComparison.Ordinal);
        var answer = await route.FetchAsync(new() { Url = route.Request.Url.Replace(name, "gpu-server-1", StringComparison.Ordinal) });
        if (!answer.Ok)
        {
            await route.FulfillAsync(new() { Response = answer });
            return;
        }

        var turn = 0;
        var body = WithHostileTexts(JsonNode.Parse(await answer.TextAsync()), ref turn);
        await route.FulfillAsync(new() { Response = answer, Body = body?.ToJsonString() ?? "null" });
    }

    /// <summary>A copy in which every text but times is a hostile one.</summary>
    internal static JsonNode? WithHostileTexts(JsonNode? node, ref int turn)
    {
        switch (node)
        {
            case JsonObject fields:
                var copy = new JsonObject();
                foreach (var (name, value) in fields)
                {
                    copy[name] = WithHostileTexts(value, ref turn);
                }

                return copy;
            case JsonArray items:
                var list = new JsonArray();
                foreach (var item in items)
                {
                    list.Add(WithHostileTexts(item, ref turn));
                }

                return list;
            case JsonValue value when value.TryGetValue<string>(out var text) && !DateTimeOffset.TryParse(text, out _):
                return Texts[turn++ % Texts.Length];
            default:
                return node?.DeepClone();
        }
    }

    /// <summary>The texts have created no element and have not broken the layout. The visit records dialogs of scripts as errors.</summary>
    internal static async Task AssertOnlyTextAsync(Visit visit)
    {
        Assert.Equal(0, await visit.Page.EvaluateAsync<int>(
            "() => document.querySelectorAll('body img:not(.brand img), body script, iframe, object, embed, base, meta[http-equiv], "
            + "[onerror], [onload], a[href^=\"javascript:\" i]').length"));
        await visit.AssertNoHorizontalOverflowAsync();
        await Expect(visit.Find("tabs")).ToBeVisibleAsync();
    }
}
