using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api;

/// <summary>
/// The documentation of the running version, so that notifications link to the matching runbook: <c>/docs/runbook#fleethostoffline</c>.
/// </summary>
internal static partial class DocsPages
{
    private const string Prefix = "docs.";

    private const string Policy = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).DisableHtml().Build();

    private static readonly FrozenDictionary<string, string> Pages = Read();

    private static readonly string Contents = Html("documentation", ContentsOf(Pages));

    public static void MapDocs(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/docs", (HttpContext context) => Page(context, Contents))
            .IsOpen().Produces<string>(contentType: "text/html")
            .WithSummary("Contents of the documentation.");

        routes.MapGet("/docs/{page}", IResult (HttpContext context, string page) =>
                Pages.TryGetValue(page, out var html) ? Page(context, html) : Problem.NotFound("page", Printable.Line(page, 80)))
            .IsOpen().Produces<string>(contentType: "text/html")
            .WithSummary("A page of the documentation.");
    }

    private static ContentHttpResult Page(HttpContext context, string html)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        return TypedResults.Content(html, "text/html; charset=utf-8");
    }

    private static FrozenDictionary<string, string> Read()
    {
        var assembly = typeof(DocsPages).Assembly;
        var names = assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal));
        return names.ToFrozenDictionary(n => n[Prefix.Length..], n =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(n)!);
            return Html(n[Prefix.Length..], reader.ReadToEnd());
        }, StringComparer.Ordinal);
    }

    /// <summary>A Markdown list of the pages by heading. Its links work with and without a trailing slash in the URL.</summary>
    private static string ContentsOf(FrozenDictionary<string, string> pages)
    {
        var lines = pages.Select(page => (Name: page.Key, Title: Heading().Match(page.Value).Groups[1].Value))
            .OrderBy(page => page.Title, StringComparer.Ordinal);
        return "# Documentation\n\n" + string.Concat(lines.Select(page => $"- [{page.Title}](/docs/{page.Name})\n"));
    }

    internal static string Html(string name, string markdown)
    {
        var linked = LinkToPage().Replace(LinkToDecisions().Replace(Comment().Replace(markdown, ""), "](decisions$1)"), "]($1$2)");
        var body = Markdown.ToHtml(linked, Pipeline);
        // Ids are lower-case and fragments are case-sensitive: this adds the name of an alert, a heading of one word, as a second id.
        body = Name().Replace(body, "$1<a id=\"$2\"></a>$2");
        return string.Create(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>FleetExporter: {name}</title>
            <link rel="stylesheet" href="/css/themes.css">
            <link rel="stylesheet" href="/css/docs.css">
            </head>
            <body class="docs">
            <header><p><a href="/">FleetExporter</a></p></header>
            <main>
            {body}</main>
            </body>
            </html>

            """);
    }

    [GeneratedRegex("(<h2 id=\"[a-z]+\">)(?=[^<]*[A-Z])([A-Za-z]+)(?=</h2>)")]
    private static partial Regex Name();

    [GeneratedRegex("<h1[^>]*>([^<]+)</h1>")]
    private static partial Regex Heading();

    // operations.md, operations.md#x and the pages of decisions/ are siblings of this page.
    [GeneratedRegex(@"\]\((?:\.\./|decisions/)?([a-z0-9-]+)\.md(#[^)]*)?\)")]
    private static partial Regex LinkToPage();

    // decisions/README.md is the page "decisions".
    [GeneratedRegex(@"\]\((?:decisions/)?README\.md(#[^)]*)?\)")]
    private static partial Regex LinkToDecisions();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Comment();
}
