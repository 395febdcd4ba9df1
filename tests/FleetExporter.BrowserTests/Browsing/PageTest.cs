namespace FleetExporter.BrowserTests.Browsing;

/// <summary>A test whose visits must end without a fault. What a failed test saw is kept in artifacts/page/failed.</summary>
public abstract class PageTest(Chromium chromium) : IAsyncLifetime
{
    private readonly List<Visit> _visits = [];

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await CloseAsync();
    }

    /// <summary>Ends the visits and looks at their faults; before the service ends, where it is the test's own.</summary>
    private protected async Task CloseAsync()
    {
        var faults = _visits.SelectMany(v => v.Faults).ToList();
        if (faults.Count > 0 || TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            await Task.WhenAll(_visits.Select(KeepAsync));
        }

        foreach (var visit in _visits)
        {
            await visit.DisposeAsync();
        }

        _visits.Clear();
        Assert.True(faults.Count == 0, "faults on the page:\n" + string.Join('\n', faults.Distinct().Take(20)));
    }

    internal static string Pictures(params string[] parts) => Repository.PathOf(["artifacts", "page", .. parts]);

    private protected Task<Visit> VisitAsync(Exporter exporter, Look? look = null) => VisitAsync(exporter.Http.BaseAddress!, look);

    private protected async Task<Visit> VisitAsync(Uri origin, Look? look = null)
    {
        var visit = await Visit.OpenAsync(chromium.Browser, origin, look ?? new Look());
        _visits.Add(visit);
        return visit;
    }

    /// <summary>Forgets a visit whose faults the test has looked at itself.</summary>
    private protected async Task LeaveAsync(Visit visit)
    {
        _visits.Remove(visit);
        await visit.DisposeAsync();
    }

    private async Task KeepAsync(Visit visit)
    {
        var name = TestContext.Current.Test?.TestDisplayName ?? "test";
        var file = string.Concat(name.Split('.')[^1].Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        try
        {
            await visit.Page.ScreenshotAsync(
                new() { Path = Pictures("failed", $"{file[..Math.Min(file.Length, 80)]}-{_visits.IndexOf(visit)}.png"), Timeout = 5000 });
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            // There is nothing to see any more.
        }
    }
}
