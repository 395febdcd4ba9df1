using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>The view of gateways and agents, of a simulated gateway.</summary>
public sealed class AgentsViewTests(Chromium chromium, SimulatedGateways fleet) : GatewayViewTest(chromium, fleet)
{
    public static TheoryData<string> Themes() => [.. Views.Themes];

    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task Sessions_are_a_tree_and_open_their_last_messages(int width)
    {
        var visit = await OpenAsync("agents", width);
        var names = visit.Find("agent-session-open");
        await Expect(names).ToHaveCountAsync(8);

        Assert.Equal(["main", "Compare the changelogs", "Summarize version 3", "Check the links"], (await names.AllTextContentsAsync()).Take(4));
        var lefts = await names.EvaluateAllAsync<double[]>("all => all.slice(0, 4).map(e => e.getBoundingClientRect().left)");
        Assert.True(lefts[0] < lefts[1] && lefts[1] < lefts[2] && Math.Abs(lefts[1] - lefts[3]) < 1, string.Join(' ', lefts));
        var told = (await Fleet.AskAsync("sessions")).List("items").First(s => s.Text("key") == "agent:research:main");
        var row = visit.Page.Locator("[data-testid='agent-session'][data-key^='openclaw agent:research:main ']");
        await Expect(row.GetByTestId("agent-session-context")).ToHaveTextAsync("74 %");
        await Expect(row.GetByTestId("agent-session-context")).ToHaveAttributeAsync("title", "96,700 of 131,072 tokens");
        var total = told["tokens_total"]!.GetValue<long>().ToString("N0", CultureInfo.InvariantCulture);
        Assert.Contains(total, await TitlesAsync(row.Locator("td.number")));

        await names.Nth(1).ClickAsync();
        await Expect(visit.Find("session-messages").Locator("li")).ToHaveCountAsync(2);
        await Expect(visit.Find("session-messages")).ToContainTextAsync("I am reading the first file.");
        await visit.AssertNoHorizontalOverflowAsync();
        await visit.Find("session-relative").First.ClickAsync();
        await Expect(visit.Find("dialog")).ToContainTextAsync("Task: Summarize version 3.");
        await visit.Page.Keyboard.PressAsync("Escape");
    }

    [Fact]
    public async Task A_filter_of_sessions_is_in_the_address_and_an_agent_shows_its_own()
    {
        var visit = await OpenAsync("agents?q=links", 1400);
        await Expect(visit.Find("agent-session")).ToHaveCountAsync(1);
        await Expect(visit.Find("agent-sessions-filter")).ToHaveValueAsync("links");

        await visit.Find("agent-sessions-filter").FillAsync("nothing like this");
        await Expect(visit.Find("agent-sessions-none")).ToBeVisibleAsync();
        await visit.Find("agent-sessions-of").Last.ClickAsync();
        await Expect(visit.Find("agent-session")).ToHaveCountAsync(2);
        Assert.Contains("q=agent%3Aresearch%3A", visit.Page.Url, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task Cron_jobs_have_failing_ones_first_and_unfold_to_their_runs(int width)
    {
        var visit = await OpenAsync("agents", width);
        await Expect(visit.Find("cron")).ToHaveCountAsync(6);
        // price-watch fails in every third of its runs.
        var states = await visit.Find("cron-state").AllTextContentsAsync();
        Assert.Equal("overdue", states.SkipWhile(s => s == "failing").First());
        Assert.InRange(states.Count(s => s == "failing"), 1, 2);
        Assert.DoesNotContain("failing", states.SkipWhile(s => s == "failing"));
        await Expect(visit.Visible("cron-flapping")).ToHaveCountAsync(1);
        var first = visit.Find("cron").Filter(new() { HasText = "backup-notes" });
        await Expect(first).ToContainTextAsync("exited with code 1");
        await Expect(first).ToContainTextAsync("every 6 hours");

        await first.GetByTestId("cron-unfold").ClickAsync();
        var runs = (await Fleet.AskAsync("crons/c0a3/runs")).List("items");
        await Expect(visit.Find("cron-run")).ToHaveCountAsync(runs.Count);
        Assert.Equal(runs.Select(r => r.Text("status")), await visit.Find("cron-run-status").AllTextContentsAsync());
        await Expect(visit.Find("crons-unfolded")).ToContainTextAsync("every 21600s");
        await visit.AssertNoHorizontalOverflowAsync();
        await first.GetByTestId("cron-unfold").ClickAsync();
        await Expect(visit.Find("crons-unfolded")).ToHaveCountAsync(0);

        await visit.Find("crons-status").SelectOptionAsync("flapping");
        await Expect(visit.Find("cron")).ToHaveCountAsync(1);
        Assert.Contains("cron=flapping", visit.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stuck_sub_agents_are_first_and_counted()
    {
        var visit = await OpenAsync("agents", 1400);
        await Expect(visit.Find("subagent-status").First).ToHaveTextAsync("stuck");
        await Expect(visit.Find("subagent").First).ToContainTextAsync("Compare the changelogs");
        await Expect(visit.Find("subagents-counts")).ToHaveTextAsync("1 stuck2 running1 completed1 failed");
    }

    [Fact]
    public async Task What_agents_do_arrives_as_it_happens()
    {
        var visit = await OpenAsync("agents", 1400);
        await Expect(visit.Find("agent-event").First).ToBeVisibleAsync();
        await visit.Page.EvaluateAsync("() => { document.querySelector('[data-testid=agent-event]').dataset.seen = '1'; }");

        await Expect(visit.Find("agent-event").First).Not.ToHaveAttributeAsync("data-seen", "1");
        await Expect(visit.Page.Locator("[data-testid=agent-event][data-seen]")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_gateway_says_what_it_does_not_tell_and_why()
    {
        var gateways = await Fleet.AskAsync("gateways");
        var gateway = gateways.List("items").Single();
        (gateway["status"], gateway["reason"], gateway["is_connected"]) = ("error", "refused: connection refused", false);
        (gateway["detail"]!["lanes"], gateway["event_loop"], gateway["detail"]!["failing"]) = (null, null, new JsonArray("sidecars"));
        gateway["sources"]!["diagnostics.lanes"] = new JsonObject { ["at"] = null, ["reason"] = "stale" };
        gateway["sources"]!["status"] = new JsonObject { ["at"] = null, ["reason"] = "unsupported" };
        var visit = await OpenAsync("agents", 1400, ("gateways", gateways));

        await Expect(visit.Find("gateway-state")).ToHaveTextAsync("error");
        await Expect(visit.Find("gateway-reason")).ToHaveTextAsync("refused: connection refused Failing: sidecars.");
        var facts = visit.Find("gateway-facts").Locator("dd");
        await Expect(facts.Filter(new() { HasText = "the answer is too old" })).ToHaveTextAsync("–the answer is too old");
        await Expect(facts.Nth(3)).ToHaveTextAsync("–this gateway does not tell it");
    }

    [Fact]
    public async Task Long_lists_come_in_pages()
    {
        var sessions = await Fleet.AskAsync("sessions");
        var many = Enumerable.Range(0, 300).Select(i =>
        {
            var copy = sessions.List("items")[0].DeepClone();
            copy["key"] = $"agent:main:custom:{i}";
            return copy;
        }).ToList();
        var visit = await VisitAsync(Fleet.Exporter, new("agents", Prepare: page => page.RouteAsync(new Regex("/api/monitoring/sessions\\?"), route =>
        {
            var query = System.Web.HttpUtility.ParseQueryString(new Uri(route.Request.Url).Query);
            var from = int.Parse(query["cursor"] ?? "0", CultureInfo.InvariantCulture);
            var count = int.Parse(query["limit"]!, CultureInfo.InvariantCulture);
            var page = sessions.DeepClone();
            page["items"] = new JsonArray([.. many.Skip(from).Take(count).Select(s => s.DeepClone())]);
            page["next_cursor"] = from + count < many.Count ? $"{from + count}" : null;
            page["sources"]![0]!["shown"] = many.Count;
            return route.FulfillAsync(new() { ContentType = "application/json", Body = page.ToJsonString() });
        })));

        await Expect(visit.Find("agent-session")).ToHaveCountAsync(20);
        await Expect(visit.Find("agent-sessions-count")).ToHaveTextAsync("20 of 300 sessions");
        await visit.Find("sessions-panel-more").ClickAsync();
        await Expect(visit.Find("agent-session")).ToHaveCountAsync(70);
    }

    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task Hostile_names_and_texts_stay_text(int width)
    {
        var visit = await VisitAsync(Fleet.Exporter, new("agents", Width: width, Prepare: page =>
            page.RouteAsync(new Regex("/api/monitoring/"), async route =>
            {
                var answer = await route.FetchAsync();
                var turn = 0;
                var body = answer.Ok ? HostileTextTests.WithHostileTexts(JsonNode.Parse(await answer.TextAsync()), ref turn) : null;
                await route.FulfillAsync(body is null ? new() { Response = answer } : new() { Response = answer, Body = body.ToJsonString() });
            })));
        visit.ExpectStatus("/api/monitoring/", 404);
        await Expect(visit.Find("agent-session").First).ToBeVisibleAsync();
        await visit.Find("gateway-settings-toggle").ClickAsync();
        await Expect(visit.Find("gateway-settings").Locator("dl")).ToBeVisibleAsync();
        await HostileTextTests.AssertOnlyTextAsync(visit);
        await visit.Find("cron-unfold").First.ClickAsync();
        await Expect(visit.Find("crons-unfolded").GetByTestId("notice-error")).ToBeVisibleAsync();
        await HostileTextTests.AssertOnlyTextAsync(visit);
    }

    [Fact]
    public async Task Tabs_and_links_are_there_with_a_gateway()
    {
        var visit = await OpenAsync($"targets/gateway/{SimulatedGateways.Gateway}", 1400);
        await visit.Find("target-agents").ClickAsync();

        await Expect(visit.Find("view-agents")).ToBeVisibleAsync();
        Assert.Contains($"gateway={SimulatedGateways.Gateway}", visit.Page.Url, StringComparison.Ordinal);
        await Expect(visit.Find("agents-gateway")).ToHaveValueAsync(SimulatedGateways.Gateway);
        await Expect(visit.Find("tab-agents")).ToBeVisibleAsync();
        await visit.Find("tab-logs").ClickAsync();
        await Expect(visit.Find("log-line").First).ToBeVisibleAsync();
    }

    [Theory]
    [MemberData(nameof(Themes))]
    public async Task Axe_finds_nothing(string theme)
    {
        foreach (var width in theme is "night" or "day" ? (int[])[1400, 360] : [1400])
        {
            var visit = await VisitAsync(Fleet.Exporter, new("agents", Width: width, Theme: theme));
            await Expect(visit.Find("agent-session")).ToHaveCountAsync(8);
            await visit.Find("cron-unfold").First.ClickAsync();
            await Expect(visit.Find("cron-run").First).ToBeVisibleAsync();
            await visit.Find("gateway-settings-toggle").ClickAsync();
            await Views.UntilLoadedAsync(visit, "agents");
            await Axe.CheckAsync(visit.Page, $"agents in {theme} at {width}");
            await visit.Find("agent-session-open").First.ClickAsync();
            await Expect(visit.Find("session-messages")).ToBeVisibleAsync();
            await Axe.CheckAsync(visit.Page, $"a session in {theme} at {width}");
            await visit.Page.Keyboard.PressAsync("Escape");
            if (width == 360)
            {
                await Touch.AssertReachableAsync(visit);
            }

            await visit.GoAsync("logs");
            await Expect(visit.Find("log-line").First).ToBeVisibleAsync();
            await Axe.CheckAsync(visit.Page, $"logs in {theme} at {width}");
            await Axe.CheckInputsAsync(visit.Page, $"logs in {theme} at {width}", "#view-logs", "#view-logs .card");
        }
    }
}
