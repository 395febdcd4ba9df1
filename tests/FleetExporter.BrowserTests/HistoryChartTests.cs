using System.Text.RegularExpressions;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>The chart of a host's history.</summary>
public sealed class HistoryChartTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Fact]
    public async Task A_zoomed_period_is_in_the_address_and_a_reload_shows_it_again()
    {
        var visit = await VisitAsync(fleet.Exporter, new("hosts/box"));
        await Expect(visit.Visible("history-table")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Expect(visit.Find("history-reset")).ToBeHiddenAsync();

        await visit.Visible("history-zoom-in").ClickAsync();
        await Expect(visit.Visible("history-reset")).ToBeVisibleAsync();
        await Expect(visit.Page).ToHaveURLAsync(new Regex(@"period=\d{4}-\d\d-\d\dT.*%2F\d{4}-\d\d-\d\dT"));
        var period = Regex.Match(visit.Page.Url, "period=(.*)%2F(.*)");

        var request = await visit.Page.RunAndWaitForRequestAsync(
            () => visit.Page.ReloadAsync(), r => r.Url.Contains("/api/history", StringComparison.Ordinal));
        Assert.Contains(
            $"&from={Uri.UnescapeDataString(period.Groups[1].Value)}&to={Uri.UnescapeDataString(period.Groups[2].Value)}",
            request.Url, StringComparison.Ordinal);
        await visit.Visible("history-reset").ClickAsync();
        await Expect(visit.Page).Not.ToHaveURLAsync(new Regex("period="));
        await Expect(visit.Find("history-reset")).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData("1/1")]
    [InlineData("2026-01-01T00:00:00Z/2020-01-01T00:00:00Z")]
    [InlineData("<img src=x>")]
    public async Task A_period_that_is_none_is_ignored(string period)
    {
        var visit = await VisitAsync(fleet.Exporter);

        var request = await visit.Page.RunAndWaitForRequestAsync(
            () => visit.GoAsync($"hosts/box?period={Uri.EscapeDataString(period)}"), r => r.Url.Contains("/api/history", StringComparison.Ordinal));

        Assert.EndsWith("&range=1h", request.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_legend_has_the_newest_values_or_those_at_the_cursor_also_after_another_period()
    {
        var visit = await VisitAsync(fleet.Exporter);
        // One value per minute, which is its minute, and none in the last one.
        await visit.Page.RouteAsync("**/api/history?*", async route =>
        {
            var minutes = route.Request.Url.EndsWith("range=1h", StringComparison.Ordinal) ? 60 : 360;
            var begin = DateTimeOffset.FromUnixTimeSeconds(1_795_870_800);
            var numbers = string.Join(',', Enumerable.Range(0, minutes - 1).Append(-1).Select(n => n < 0 ? "null" : $"{n}"));
            var times = string.Join(',', Enumerable.Range(0, minutes).Select(n => begin.AddMinutes(n).ToUnixTimeMilliseconds()));
            await route.FulfillAsync(new()
            {
                ContentType = "application/json",
                Body = $$"""
                    {"subject":"host:box","value":"cpu","unit":"celsius","from":"{{begin:O}}","to":"{{begin.AddMinutes(minutes):O}}",
                    "step_seconds":60,"source":"memory","times":[{{times}}],
                    "series":[{"name":"box","labels":{},"min":[{{numbers}}],"avg":[{{numbers}}],"max":[{{numbers}}]}]}
                    """,
            });
        });
        await visit.GoAsync("hosts/box");
        var legend = visit.Visible("chart-series");

        await Expect(legend).ToHaveTextAsync("box58 °C");
        await visit.Visible("choice-6h").ClickAsync();
        await Expect(legend).ToHaveTextAsync("box358 °C");
        await visit.Find("history").Locator(".chart-box").FocusAsync();
        await visit.Page.Keyboard.PressAsync("Home");
        await Expect(legend).ToHaveTextAsync("box0 °C");
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(legend).ToHaveTextAsync("box1 °C");
        await visit.Page.Keyboard.PressAsync("End");
        await Expect(legend).ToHaveTextAsync("box–");
    }

    [Fact]
    public async Task Days_on_the_axis_begin_at_midnight_also_after_the_clocks_changed()
    {
        var visit = await VisitAsync(fleet.Exporter);
        var session = await visit.Page.Context.NewCDPSessionAsync(visit.Page);
        await session.SendAsync("Emulation.setTimezoneOverride", new() { ["timezoneId"] = "Europe/Berlin" });

        var ticks = await visit.Page.EvaluateAsync<string[]>(
            """
            async () => {
              const { timeTicks } = await import('/core/scale.js');
              const { ticks } = timeTicks(Date.parse('2026-10-23T10:00:00Z'), Date.parse('2026-10-28T10:00:00Z'), 6);
              return ticks.map(tick => new Date(tick).toISOString());
            }
            """);

        Assert.Equal(
            ["2026-10-23T22", "2026-10-24T22", "2026-10-25T23", "2026-10-26T23", "2026-10-27T23"],
            ticks.Select(tick => tick[..13]));
    }
}
