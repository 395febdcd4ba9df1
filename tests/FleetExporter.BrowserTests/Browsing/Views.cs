namespace FleetExporter.BrowserTests.Browsing;

/// <summary>The views and themes of the page, in their order.</summary>
internal static class Views
{
    public static readonly string[] All = ["overview", "hosts", "gpus", "sessions", "targets", "agents", "logs", "jobs", "exec", "alerts", "events"];

    public static readonly string[] Themes = ["night", "day", "steel", "ember", "paper", "contrast"];

    /// <summary>Waits until the view is visible and has loaded its data.</summary>
    public static async Task UntilLoadedAsync(Visit visit, string view)
    {
        await Expect(visit.Find($"view-{view}")).ToBeVisibleAsync();
        await Expect(visit.Find($"view-{view}").GetByTestId("notice-loading").Filter(new() { Visible = true })).ToHaveCountAsync(0);
    }
}
