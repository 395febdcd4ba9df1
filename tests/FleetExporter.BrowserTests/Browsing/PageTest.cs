namespace FleetExporter.BrowserTests.Browsing;

/// <summary>Base class of tests with visits, which fail if a page had errors. Screenshots of failed tests are in artifacts/page/failed.</summary>
public abstract class PageTest(Chromium chromium) : IAsyncLifetime
{
    private readonly List<Visit> _visits = [];

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await CloseAsync();
    }

    /// <summary>Ends the visits and fails if they had errors. A test with its own service calls it before the service stops.</summary>
    private protected async Task CloseAsync()
    {
        var errors = _visits.SelectMany(v => v.Errors).ToList();
        if (errors.Count > 0 || TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            await Task.WhenAll(_visits.Select(SaveScreenshotAsync));
        }

        foreach (var visit in _visits)
        {
            await visit.DisposeAsync();
        }

        _visits.Clear();
        Assert.True(errors.Count == 0, "errors on the page:\n" + string.Join('\n', errors.Distinct().Take(20)));
    }

    internal static string ScreenshotPath(params string[] parts) => Repository.PathOf(["artifacts", "page", .. parts]);

    private protected Task<Visit> VisitAsync(Exporter exporter, VisitOptions? options = null) => VisitAsync(exporter.Http.BaseAddress!, options);

    private protected async Task<Visit> VisitAsync(Uri origin, VisitOptions? options = null)
    {
        var visit = await Visit.OpenAsync(chromium.Browser, origin, options ?? new VisitOptions());
        _visits.Add(visit);
        return visit;
    }

    /// <summary>Ends a visit whose errors the test has checked itself.</summary>
    private protected async Task DiscardAsync(Visit visit)
    {
        _visits.Remove(visit);
        await visit.DisposeAsync();
    }

    private async Task SaveScreenshotAsync(Visit visit)
    {
        var name = TestContext.Current.Test?.TestDisplayName ?? "test";
        var file = string.Concat(name.Split('.')[^1].Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        try
        {
            var path = ScreenshotPath("failed", $"{file[..Math.Min(file.Length, 80)]}-{_visits.IndexOf(visit)}.png");
            await visit.Page.ScreenshotAsync(new() { Path = path, Timeout = 5000 });
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            // The page has been closed or has crashed.
        }
    }
}
