using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>Whoever may only look finds nothing to act with.</summary>
public sealed class ReadOnlyTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    /// <summary>Everything that acts; <see cref="Who_may_act_finds_what_others_do_not"/> holds this list against the page.</summary>
    private const string Acting = ".primary:not([data-testid='login-submit']), .danger, [data-testid$='-ack'], [data-testid$='-new'], [data-testid='project-delete'], [data-testid='exec-form'], [data-testid='history-again']";

    [Theory]
    [InlineData(null)]
    [InlineData(SmallFleet.Reader)]
    public async Task Nothing_that_acts_is_there(string? key)
    {
        var visit = await VisitAsync(fleet.Exporter, new("sessions", key));
        await SmallFleet.UntilLegacyAsync(visit, "old-forever");
        foreach (var view in Views.All)
        {
            await visit.GoAsync(view);
            await Views.ReadyAsync(visit, view);

            await Expect(visit.Page.Locator(Acting).Filter(new() { Visible = true })).ToHaveCountAsync(0);
        }

        // Nor does the service do it for this browser.
        var answer = await visit.Page.APIRequest.PostAsync("/api/dgx/exec/box", new() { DataObject = new { command = "id" } });
        Assert.Equal(key is null ? 401 : 403, answer.Status);
    }

    [Fact]
    public async Task Who_may_act_finds_what_others_do_not()
    {
        var visit = await VisitAsync(fleet.Exporter, new("sessions", SmallFleet.Operator));
        await Expect((await SmallFleet.UntilLegacyAsync(visit, "old-forever")).Locator(Acting)).ToHaveCountAsync(1);
        await visit.GoAsync("exec");
        await Expect(visit.Page.Locator(Acting).Filter(new() { Visible = true })).Not.ToHaveCountAsync(0);

        // Logged out: all of it goes without a reload.
        await visit.Find("logout-button").ClickAsync();
        await Expect(visit.Page.Locator(Acting).Filter(new() { Visible = true })).ToHaveCountAsync(0);
    }
}
