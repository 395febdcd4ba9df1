using FleetExporter.Api;
using FleetExporter.Tests.Bundle;

namespace FleetExporter.Tests.Api;

public sealed partial class DocsPagesTests
{
    [Fact]
    public async Task The_runbook_has_a_place_for_every_alert_and_needs_no_key()
    {
        await using var server = await ApiServer.StartAsync();
        using var stranger = new HttpClient { BaseAddress = server.Client.BaseAddress };
        var page = await stranger.GetStringAsync("/docs/runbook", TestContext.Current.CancellationToken);

        Assert.All(Rules.Alerts, alert =>
            Assert.Contains($"<h2 id=\"{Rules.Text(alert, "alert")!.ToLowerInvariant()}\">", page, StringComparison.Ordinal));
        // Fragments are case-sensitive: notifications use lower case, dashboards the alert's name.
        Assert.All(Rules.Alerts, alert =>
        {
            Assert.Contains($" id=\"{Fragment(Rules.Text(Rules.Map(alert, "annotations"), "runbook_url")!)}\"", page, StringComparison.Ordinal);
            var written = Dashboards.All.Values.SelectMany(d => d.Links).Where(l =>
                l.Contains("/docs/runbook", StringComparison.Ordinal)).Distinct().ToList();
            Assert.NotEmpty(written);
            Assert.All(written, l => Assert.Contains(
                $" id=\"{Fragment(l.Replace("${__data.fields.alertname}", Rules.Text(alert, "alert"), StringComparison.Ordinal))}\"",
                page, StringComparison.Ordinal));
        });
        Assert.Contains("href=\"operations\"", page, StringComparison.Ordinal);
        Assert.Contains(
            "<table>", await stranger.GetStringAsync("/docs/operations", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static string Fragment(string url) => url[(url.IndexOf('#', StringComparison.Ordinal) + 1)..];

    [Theory]
    [InlineData("/docs")]
    [InlineData("/docs/")]
    public async Task The_contents_lead_to_every_page(string path)
    {
        await using var server = await ApiServer.StartAsync();
        using var stranger = new HttpClient { BaseAddress = server.Client.BaseAddress };
        var contents = await stranger.GetStringAsync(path, TestContext.Current.CancellationToken);

        var links = Entry().Matches(contents).Select(m => (Page: m.Groups[1].Value, Title: m.Groups[2].Value)).ToList();
        var files = Directory.GetFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories);
        Assert.Equal(
            files.Select(PageOf).Order(StringComparer.Ordinal),
            links.Select(l => l.Page).Order(StringComparer.Ordinal));
        Assert.All(links, l => Assert.NotEqual("", l.Title));
        Assert.Equal(links.OrderBy(l => l.Title, StringComparer.Ordinal), links);
    }

    /// <summary>A README.md is the page of its folder.</summary>
    private static string PageOf(string file) =>
        Path.GetFileName(file) == "README.md" ? Path.GetFileName(Path.GetDirectoryName(file))! : Path.GetFileNameWithoutExtension(file);

    [System.Text.RegularExpressions.GeneratedRegex("<a href=\"/docs/([a-z0-9-]+)\">([^<]*)</a>")]
    private static partial System.Text.RegularExpressions.Regex Entry();

    [Theory]
    [InlineData("/docs/nothing")]
    [InlineData("/docs/..%2f..%2fetc%2fpasswd")]
    public async Task Unknown_pages_are_404(string path)
    {
        await using var server = await ApiServer.StartAsync();

        Assert.Equal(404, (int)(await server.Client.GetAsync(path, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Every_link_to_another_page_leads_to_it()
    {
        await using var server = await ApiServer.StartAsync();
        var architecture = await server.TextAsync("/docs/architecture");
        Assert.Contains("href=\"0001-metrics-library\"", architecture, StringComparison.Ordinal);
        Assert.Contains("href=\"decisions\"", architecture, StringComparison.Ordinal);

        foreach (var page in (string[])["architecture", "glossary", "decisions", "0001-metrics-library", "operations", "runbook"])
        {
            var links = Link().Matches(await server.TextAsync($"/docs/{page}")).Select(m => m.Groups[1].Value).Distinct();
            foreach (var link in links)
            {
                await server.TextAsync($"/docs/{link}");
            }
        }
    }

    [System.Text.RegularExpressions.GeneratedRegex("href=\"([a-z0-9-]+)(?:#[^\"]*)?\"")]
    private static partial System.Text.RegularExpressions.Regex Link();

    [Fact]
    public void Markup_in_a_page_stays_text() =>
        Assert.Contains("&lt;img onerror=x&gt;", DocsPages.Html("x", "a <img onerror=x> b"), StringComparison.Ordinal);
}
