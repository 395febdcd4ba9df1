using System.Net;
using System.Text.RegularExpressions;
using FleetExporter.Api;
using FleetExporter.Tests.Api.Access;

namespace FleetExporter.Tests.Api;

/// <summary>The web interface as served, and rules for its files.</summary>
public sealed partial class OperatorPageTests
{
    /// <summary>Maximum size of all files together, as a browser receives them.</summary>
    private const long MaxBytes = 150_000;

    private static readonly string Root = Repository.PathOf("src", "FleetExporter", "wwwroot");

    public static TheoryData<string> Scripts() => [.. Names("*.js")];

    [Fact]
    public async Task The_page_needs_no_key_and_allows_only_its_own_scripts()
    {
        await using var server = await KeyedServer.StartAsync("anonymous_read: never\n");

        using var answer = await server.GetAsync("/");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.True(answer.Headers.CacheControl?.NoCache);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_file_that_the_page_references_is_served_without_a_key()
    {
        await using var server = await KeyedServer.StartAsync("anonymous_read: never\n");
        var named = Reference().Matches(File.ReadAllText(Path.Combine(Root, "index.html"))).Select(m => m.Groups[1].Value).ToList();

        Assert.Contains("/main.js", named);
        foreach (var path in named.Where(p => !p.StartsWith("/docs", StringComparison.Ordinal) && Path.HasExtension(p)))
        {
            Assert.Equal((path, 200), (path, await server.StatusAsync(path)));
        }

        Assert.Equal(404, await server.StatusAsync("/core/../fleet.yml"));
        Assert.Equal(404, await server.StatusAsync("/core/"));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_script_makes_no_markup_from_text_and_asks_no_other_host(string name)
    {
        var script = File.ReadAllText(Path.Combine(Root, name));

        Assert.DoesNotMatch(Markup(), script);
        Assert.DoesNotMatch(OtherHost(), script);
        Assert.All(Import().Matches(script).Select(m => m.Groups[1].Value), used => Assert.True(
            File.Exists(Path.GetFullPath(Path.Combine(Root, Path.GetDirectoryName(name)!, used))), $"{name} imports {used}"));
    }

    [Fact]
    public void The_page_preloads_the_modules_of_its_first_view()
    {
        var needed = new HashSet<string>();
        var open = new Queue<string>(["main.js", "views/overview.js"]);
        while (open.TryDequeue(out var name))
        {
            if (needed.Add(name))
            {
                foreach (Match used in Import().Matches(File.ReadAllText(Path.Combine(Root, name))))
                {
                    open.Enqueue(Path.GetRelativePath(
                        Root, Path.GetFullPath(Path.Combine(Root, Path.GetDirectoryName(name)!, used.Groups[1].Value))));
                }
            }
        }

        Assert.Equal(
            needed.Except(["main.js"]).Order(StringComparer.Ordinal),
            Preload().Matches(File.ReadAllText(Path.Combine(Root, "index.html"))).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Nothing_is_inline()
    {
        var html = File.ReadAllText(Path.Combine(Root, "index.html"));

        Assert.DoesNotMatch(Inline(), html);
        Assert.DoesNotMatch(OtherHost(), html);
        Assert.All(Names("*.css"), name => Assert.DoesNotMatch(OtherStyle(), File.ReadAllText(Path.Combine(Root, name))));
    }

    [Fact]
    public async Task Scripts_are_served_without_comments_and_with_the_same_lines()
    {
        await using var server = await KeyedServer.StartAsync();
        using var answer = await server.GetAsync("/core/dom.js");
        var served = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n');
        var source = (await File.ReadAllTextAsync(Path.Combine(Root, "core", "dom.js"), TestContext.Current.CancellationToken)).Split('\n');

        Assert.Equal(source.Length, served.Length);
        Assert.DoesNotContain(served, line => line.StartsWith("//", StringComparison.Ordinal) || line.Contains("/**", StringComparison.Ordinal));
        Assert.All(served.Zip(source).Where(l => l.First.Length > 0), l => Assert.Equal(l.Second, l.First));
        Assert.NotNull(answer.Headers.ETag);
    }

    [Theory]
    [InlineData("a\n// b\nc", "a\n\nc")]
    [InlineData("/** a */\nb", "\nb")]
    [InlineData("a\n  /*\n   * b\n   */\nc", "a\n\n\n\nc")]
    [InlineData("a // b\n'/* c'", "a // b\n'/* c'")]
    public void Only_lines_that_are_comments_are_removed(string text, string expected) => Assert.Equal(expected, ScriptFiles.WithoutComments(text));

    /// <summary>Such a line would be removed from the text.</summary>
    [Theory]
    [MemberData(nameof(Scripts))]
    public void No_text_of_several_lines_has_a_line_that_looks_like_a_comment(string name)
    {
        var source = File.ReadAllText(Path.Combine(Root, name)).Split('\n');
        var backticks = 0;
        foreach (var (before, served) in source.Zip(ScriptFiles.WithoutComments(string.Join('\n', source)).Split('\n')))
        {
            Assert.True(before == served || backticks % 2 == 0, before);
            backticks += served.Count(c => c == '`');
        }
    }

    [Fact]
    public async Task The_page_is_light()
    {
        await using var server = await KeyedServer.StartAsync();
        var received = 0L;
        foreach (var name in Names("*").Where(n => n != "css/docs.css"))
        {
            using var answer = await server.GetAsync($"/{name}", ("Accept-Encoding", "gzip"));
            received += (await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length;
        }

        Assert.InRange(received, 1, MaxBytes);
    }

    [Fact]
    public void The_files_of_the_page_are_short()
    {
        var lengths = Names("*.js").Concat(Names("*.css")).Select(name => File.ReadLines(Path.Combine(Root, name)).Count()).Order().ToList();

        Assert.All(lengths, lines => Assert.InRange(lines, 1, 300));
        Assert.InRange(lengths[lengths.Count / 2], 1, 100);
    }

    private static IEnumerable<string> Names(string pattern) =>
        Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f)).Order(StringComparer.Ordinal);

    [GeneratedRegex("(?:href|src)=\"(/[^\"]*)\"")]
    private static partial Regex Reference();

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|\beval\b|new Function|"
        + "createContextualFragment|DOMParser|srcdoc|javascript:")]
    private static partial Regex Markup();

    [GeneratedRegex("rel=\"modulepreload\" href=\"/([^\"]*)\"")]
    private static partial Regex Preload();

    [GeneratedRegex(@"['""`(=]\s*(?:https?:)?//(?!www\.w3\.org/2000/svg)[A-Za-z0-9.-]")]
    private static partial Regex OtherHost();

    [GeneratedRegex(@"\bstyle\s*=|\son[a-z]+\s*=|<style|<script(?![^>]*\bsrc=)", RegexOptions.IgnoreCase)]
    private static partial Regex Inline();

    [GeneratedRegex(@"@import|url\(")]
    private static partial Regex OtherStyle();

    [GeneratedRegex("^import .* from '([^']+)';", RegexOptions.Multiline)]
    private static partial Regex Import();
}
