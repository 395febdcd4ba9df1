namespace FleetExporter.BrowserTests.Browsing;

/// <summary>The views of the page and its themes, in their order.</summary>
internal static class Views
{
    public static readonly string[] All = ["overview", "hosts", "sessions", "jobs", "exec", "alerts"];

    public static readonly string[] Themes = ["night", "day", "steel", "ember", "paper", "contrast"];

    /// <summary>Waits until the view shows what it has.</summary>
    public static async Task ReadyAsync(Visit visit, string view)
    {
        await Expect(visit.Find($"view-{view}")).ToBeVisibleAsync();
        await Expect(visit.Find($"view-{view}").GetByTestId("notice-loading").Filter(new() { Visible = true })).ToHaveCountAsync(0);
    }
}
