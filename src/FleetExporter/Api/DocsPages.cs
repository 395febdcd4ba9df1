using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using FleetExporter.Api.Access;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api;

/// <summary>The documentation of this very version, so that a notification at night leads to a runbook that fits: <c>/docs/runbook#fleethostoffline</c>.</summary>
internal static partial class DocsPages
{
    private const string Prefix = "docs.";

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).DisableHtml().Build();

    private static readonly FrozenDictionary<string, string> Pages = Read();

    public static void MapDocs(this IEndpointRouteBuilder routes) => routes.MapGet("/docs/{page}", IResult (HttpContext context, string page) =>
        {
            if (!Pages.TryGetValue(page, out var html))
            {
                return Problem.NotFound("page", Printable.Line(page, 80));
            }

            context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
            return TypedResults.Content(html, "text/html; charset=utf-8");
        })
        .IsOpen().Produces<string>(contentType: "text/html")
        .WithSummary("A page of the documentation.");

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

    internal static string Html(string name, string markdown)
    {
        var body = Markdown.ToHtml(LinkToPage().Replace(Comment().Replace(markdown, ""), "]($1$2)"), Pipeline);
        // The id is in small letters, and fragments are compared letter by letter: a heading of one word, an alert's, is found as it is written too.
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

    // operations.md and operations.md#x are pages beside this one, and so are those of decisions/.
    [GeneratedRegex(@"\]\((?:\.\./|decisions/)?([a-z0-9-]+)\.md(#[^)]*)?\)")]
    private static partial Regex LinkToPage();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Comment();
}
