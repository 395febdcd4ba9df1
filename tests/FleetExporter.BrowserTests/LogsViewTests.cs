using System.Text.RegularExpressions;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>The log of a simulated gateway, which writes a line every ten seconds, and the errors in it.</summary>
public sealed class LogsViewTests(Chromium chromium, SimulatedGateways fleet) : GatewayViewTest(chromium, fleet)
{
    private const string Failing = "cron: backup-notes failed after # ms: the disk at /mnt/notes is not mounted";

    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task Filters_are_those_of_the_API_and_in_the_address(int width)
    {
        var visit = await OpenAsync("logs?level=error&follow=off", width);
        await UntilAllMatchAsync(visit, "backup-notes failed");
        var errors = (await Fleet.AskAsync("logs?level=error&limit=100")).List("items");
        Assert.InRange(await visit.Find("log-line").CountAsync(), errors.Count - 1, errors.Count + 1);

        await visit.Find("logs-level").SelectOptionAsync("");
        await visit.Find("logs-filter").FillAsync("Web_Search");
        await UntilAllMatchAsync(visit, "tool web_search");
        await visit.Find("logs-filter").FillAsync("took \\d\\d ms$");
        await Expect(visit.Visible("notice-empty")).ToBeVisibleAsync();
        await visit.Find("logs-regex").CheckAsync();
        await UntilAllMatchAsync(visit, @"took \d\d ms$");
        Assert.Contains("regex=1", visit.Page.Url, StringComparison.Ordinal);
        await visit.AssertNoHorizontalOverflowAsync();

        await visit.Page.ReloadAsync();
        await Expect(visit.Find("logs-filter")).ToHaveValueAsync("took \\d\\d ms$");
        await Expect(visit.Find("log-line").First).ToContainTextAsync("took");
        await visit.Find("logs-clear").ClickAsync();
        await Expect(visit.Find("log-line")).ToHaveCountAsync(100);
        await visit.Find("logs-subsystem").SelectOptionAsync("gateway/ws");
        await UntilAllMatchAsync(visit, "slow answer");
    }

    [Fact]
    public async Task An_invalid_expression_is_an_error_of_the_field()
    {
        var visit = await OpenAsync("logs?regex=1", 1400);
        await Expect(visit.Find("log-line").First).ToBeVisibleAsync();
        visit.ExpectStatus("/api/monitoring/logs", 400);
        await visit.Find("logs-filter").FillAsync("(");

        await Expect(visit.Find("logs-filter-error")).ToContainTextAsync("Invalid pattern");
        await Expect(visit.Find("logs-filter")).ToHaveAttributeAsync("aria-invalid", "true");
        await visit.Find("logs-filter").FillAsync("cron");
        await Expect(visit.Find("logs-filter-error")).ToHaveTextAsync("");
        await Expect(visit.Find("log-line").First).ToContainTextAsync("cron");
    }

    [Fact]
    public async Task New_lines_are_shown_while_the_log_is_followed_and_not_while_it_is_paused()
    {
        var visit = await OpenAsync("logs", 1400);
        await Expect(visit.Find("logs-follow")).ToHaveAttributeAsync("data-state", "following");
        var newest = await visit.Find("log-line").First.TextContentAsync();
        await Expect(visit.Find("log-line").First).Not.ToHaveTextAsync(newest!, new() { Timeout = 30_000 });
        await Expect(visit.Find("log-line").Nth(1)).ToHaveTextAsync(newest!);

        await visit.Find("logs-follow").ClickAsync();
        await Expect(visit.Find("logs-follow")).ToHaveTextAsync("Follow");
        Assert.Contains("follow=off", visit.Page.Url, StringComparison.Ordinal);
        newest = await visit.Find("log-line").First.TextContentAsync();
        await Task.Delay(TimeSpan.FromSeconds(12), TestContext.Current.CancellationToken);
        await Expect(visit.Find("log-line").First).ToHaveTextAsync(newest!);
        await visit.Find("logs-follow").ClickAsync();
        await Expect(visit.Find("log-line").First).Not.ToHaveTextAsync(newest!);
    }

    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task An_error_of_the_feed_selects_its_lines(int width)
    {
        var visit = await OpenAsync("logs?follow=off", width);
        await Expect(visit.Find("log-error")).ToHaveCountAsync(2);
        var told = (await Fleet.AskAsync("errors")).List("items").Single(e => e.Text("signature") == Failing);
        var error = visit.Find("log-error").Filter(new() { HasText = Failing });
        await Expect(error.GetByTestId("log-error-level")).ToHaveTextAsync("error");
        await Expect(error).ToContainTextAsync("frequent");
        await Expect(error).ToContainTextAsync("recent");
        var count = told["count"]!.GetValue<int>();
        await Expect(error.GetByTestId("log-error-times")).ToContainTextAsync(new Regex($"^({count}|{count + 1}) times"));

        await error.GetByTestId("log-error-signature").ClickAsync();

        await Expect(visit.Find("logs-regex")).ToBeCheckedAsync();
        await UntilAllMatchAsync(visit, "backup-notes failed after [0-9]+ ms");
        Assert.True((await TextsAsync(visit)).Count >= Math.Min(count, 100));
        await visit.Find("choice-error").ClickAsync();
        await Expect(visit.Find("log-error")).ToHaveCountAsync(1);
        if (width == 360)
        {
            await Touch.AssertReachableAsync(visit);
        }
    }

    [Fact]
    public async Task Older_lines_come_in_pages_and_each_line_once()
    {
        var visit = await OpenAsync("logs?follow=off", 1400);
        await Expect(visit.Find("log-line")).ToHaveCountAsync(100);
        await visit.Find("logs-more").ClickAsync();
        await Expect(visit.Find("log-line")).ToHaveCountAsync(200);

        var texts = await TextsAsync(visit);
        Assert.Equal(texts.Distinct(), texts);
        await Expect(visit.Find("logs-count")).ToHaveTextAsync("200 lines, and more");
    }

    private static async Task UntilAllMatchAsync(Visit visit, string pattern)
    {
        await Expect(visit.Find("log-line").Filter(new() { HasNotTextRegex = new Regex(pattern) })).ToHaveCountAsync(0);
        await Expect(visit.Find("log-line").First).ToBeVisibleAsync();
    }

    private static async Task<IReadOnlyList<string>> TextsAsync(Visit visit) => await visit.Find("log-line").AllTextContentsAsync();
}
