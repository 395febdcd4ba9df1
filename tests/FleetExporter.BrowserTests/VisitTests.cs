using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>That the other tests would see what goes wrong on the page.</summary>
public sealed class VisitTests(Chromium chromium, SmallFleet fleet) : PageTest(chromium)
{
    [Theory]
    [InlineData("console.error('oh')", "oh")]
    [InlineData("setTimeout(() => { throw new Error('thrown'); })", "thrown")]
    [InlineData("{ const s = document.createElement('style'); s.textContent = 'b{}'; document.head.append(s); }", "Content Security Policy")]
    [InlineData("try { document.body.innerHTML = '<p>'; } catch { }", "TrustedHTML")]
    [InlineData("fetch('/nothing')", "404")]
    [InlineData("fetch('http://192.0.2.1/').catch(() => {})", "192.0.2.1")]
    [InlineData("{ const i = new Image(); i.src = 'http://example.invalid/i.png'; }", "example.invalid")]
    public async Task A_fault_is_seen(string script, string told)
    {
        var visit = await VisitAsync(fleet.Exporter);
        Assert.Empty(visit.Faults);

        await visit.Page.EvaluateAsync($"() => {{ {script} }}");

        await Until.TrueAsync(
            () => visit.Faults.Any(f => f.Contains(told, StringComparison.Ordinal)), $"a fault about {told}", () => string.Join('\n', visit.Faults));
        await LeaveAsync(visit);
    }

    [Fact]
    public async Task An_element_that_nobody_can_name_is_a_violation()
    {
        var visit = await VisitAsync(fleet.Exporter);
        await visit.Page.EvaluateAsync("() => document.getElementById('main').append(document.createElement('button'))");

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Axe.CheckAsync(visit.Page, "a button without a name"));

        Assert.Contains("button-name", failure.Message, StringComparison.Ordinal);
    }
}
