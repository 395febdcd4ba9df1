namespace FleetExporter.BrowserTests.Browsing;

/// <summary>Counts the clicks, or taps on a phone, that a task takes.</summary>
internal sealed class Clicks(Visit visit, bool isPhone)
{
    public int Count { get; private set; }

    public async Task OnAsync(ILocator target)
    {
        Count++;
        await (isPhone ? target.TapAsync() : target.ClickAsync());
    }

    /// <summary>The first visible element with a test id.</summary>
    public Task OnAsync(string testId) => OnAsync(visit.Visible(testId).First);

    /// <summary>A choice of a list counts as one.</summary>
    public async Task SelectAsync(string testId, string value)
    {
        Count++;
        await visit.Visible(testId).First.SelectOptionAsync(value);
    }
}
