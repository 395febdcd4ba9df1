using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>The test helpers detect errors on the page, so that the other tests can rely on them.</summary>
public sealed class ErrorDetectionTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Theory]
    [InlineData("console.error('oh')", "oh")]
    [InlineData("setTimeout(() => { throw new Error('thrown'); })", "thrown")]
    [InlineData("{ const s = document.createElement('style'); s.textContent = 'b{}'; document.head.append(s); }", "Content Security Policy")]
    [InlineData("try { document.body.innerHTML = '<p>'; } catch { }", "TrustedHTML")]
    [InlineData("fetch('/nothing')", "404")]
    [InlineData("fetch('http://192.0.2.1/').catch(() => {})", "192.0.2.1")]
    [InlineData("{ const i = new Image(); i.src = 'http://example.invalid/i.png'; }", "example.invalid")]
    public async Task An_error_on_the_page_is_recorded(string script, string message)
    {
        var visit = await VisitAsync(fleet.Exporter);
        Assert.Empty(visit.Errors);

        await visit.Page.EvaluateAsync($"() => {{ {script} }}");

        await Until.TrueAsync(
            () => visit.Errors.Any(e => e.Contains(message, StringComparison.Ordinal)),
            $"an error about {message}",
            () => string.Join('\n', visit.Errors));
        await DiscardAsync(visit);
    }

    [Fact]
    public async Task A_button_without_a_name_is_an_accessibility_violation()
    {
        var visit = await VisitAsync(fleet.Exporter);
        await visit.Page.EvaluateAsync("() => document.getElementById('main').append(document.createElement('button'))");

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Axe.CheckAsync(visit.Page, "a button without a name"));

        Assert.Contains("button-name", failure.Message, StringComparison.Ordinal);
    }
}
