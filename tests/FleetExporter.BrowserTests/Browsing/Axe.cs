using System.Text.Json;
using System.Text.Json.Nodes;

namespace FleetExporter.BrowserTests.Browsing;

/// <summary>axe-core, which checks accessibility. npm installs the version of package-lock.json if it is missing.</summary>
internal static class Axe
{
    private static readonly string Folder = Repository.PathOf("tests", "FleetExporter.BrowserTests");
    private static readonly Lazy<Task<string>> Script = new(InstallAsync);

    /// <summary>Fails if the page has serious or critical violations.</summary>
    /// <param name="only">The rules to run; none means all.</param>
    public static async Task CheckAsync(IPage page, string what, params string[] only)
    {
        await page.EvaluateAsync(await Script.Value);
        var answer = await page.EvaluateAsync<string>(
            """
            async only => {
              const { violations } = await axe.run(document, { resultTypes: ['violations'], ...(only.length ? { runOnly: only } : {}) });
              return JSON.stringify(violations.filter(v => v.impact === 'serious' || v.impact === 'critical')
                .map(v => ({ rule: v.id, impact: v.impact, nodes: v.nodes.slice(0, 5)
            """
            + """
            .map(n => `${n.target} ${n.html.slice(0, 150)}: ${n.failureSummary}`) })));
            }
            """,
            only);
        var found = JsonNode.Parse(answer)!.AsArray();
        Assert.True(found.Count == 0, $"{what}:\n{found.ToJsonString(new JsonSerializerOptions { WriteIndented = true })}");
    }

    private static async Task<string> InstallAsync()
    {
        var package = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, "package.json")))!;
        var installed = Path.Combine(Folder, "node_modules", "axe-core");
        var description = Path.Combine(installed, "package.json");
        if (!File.Exists(description)
            || JsonNode.Parse(await File.ReadAllTextAsync(description))!.Text("version") != package["dependencies"]!.Text("axe-core"))
        {
            await using var npm = Child.Start("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], Folder);
            Assert.True(await npm.EndAsync(TimeSpan.FromMinutes(2)) == 0, npm.Output);
        }

        return await File.ReadAllTextAsync(Path.Combine(installed, "axe.min.js"));
    }
}
