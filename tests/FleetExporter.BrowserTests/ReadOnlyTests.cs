using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>A read-only page has no controls that act.</summary>
public sealed class ReadOnlyTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    /// <summary>
    /// Controls that act; <see cref="Controls_that_act_are_there_with_control_and_disappear_on_logout"/> checks that the selector finds them.
    /// </summary>
    private const string ActingControls =
        ".primary:not([data-testid='login-submit']), .danger, [data-testid$='-ack'], [data-testid$='-new'], "
        + "[data-testid='project-delete'], [data-testid='exec-form'], [data-testid='history-again']";

    [Theory]
    [InlineData(null)]
    [InlineData(SmallFleet.ReaderKey)]
    public async Task A_read_only_page_has_no_controls_that_act(string? key)
    {
        var visit = await VisitAsync(fleet.Exporter, new("sessions", key));
        await SmallFleet.UntilLegacyAsync(visit, "old-forever");
        foreach (var view in Views.All)
        {
            await visit.GoAsync(view);
            await Views.UntilLoadedAsync(visit, view);

            await Expect(visit.Page.Locator(ActingControls).Filter(new() { Visible = true })).ToHaveCountAsync(0);
        }

        // The service refuses the request too.
        var answer = await visit.Page.APIRequest.PostAsync("/api/dgx/exec/box", new() { DataObject = new { command = "id" } });
        Assert.Equal(key is null ? 401 : 403, answer.Status);
    }

    [Fact]
    public async Task Controls_that_act_are_there_with_control_and_disappear_on_logout()
    {
        var visit = await VisitAsync(fleet.Exporter, new("sessions", SmallFleet.OperatorKey));
        await Expect((await SmallFleet.UntilLegacyAsync(visit, "old-forever")).Locator(ActingControls)).ToHaveCountAsync(1);
        await visit.GoAsync("exec");
        await Expect(visit.Page.Locator(ActingControls).Filter(new() { Visible = true })).Not.ToHaveCountAsync(0);

        // After a logout they disappear without a reload.
        await visit.Find("logout-button").ClickAsync();
        await Expect(visit.Page.Locator(ActingControls).Filter(new() { Visible = true })).ToHaveCountAsync(0);
    }
}
