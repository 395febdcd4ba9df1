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

    /// <summary>
    /// Fails if an input has a placeholder with a contrast below 4.5:1 or a border below 3:1, neither of which axe checks.
    /// </summary>
    /// <param name="within">Selects what contains the inputs.</param>
    /// <param name="around">Selects what has the background around them.</param>
    public static async Task CheckInputsAsync(IPage page, string what, string within, string around)
    {
        var found = await page.EvaluateAsync<string[]>(
            """
            ([within, background]) => {
              const part = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
              const light = colour => { const [r, g, b] = colour.match(/[\d.]+/g).map(Number);
            """
            + """
             return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b); };
              const contrast = (a, b) => { const [low, high] = [light(a), light(b)].sort((x, y) => x - y); return (high + 0.05) / (low + 0.05); };
              const inputs = 'input:not([type="checkbox"], [type="radio"]), select, textarea';
              const fields = [...document.querySelector(within).querySelectorAll(inputs)]
            """
            + """
            .filter(e => e.checkVisibility());
              const around = getComputedStyle(document.querySelector(background)).backgroundColor;
              return [fields.length ? '' : 'no input', ...fields.flatMap(e => {
                const [own, ghost] = [getComputedStyle(e), getComputedStyle(e, '::placeholder')];
                return [e.placeholder && (contrast(ghost.color, own.backgroundColor) < 4.5 || ghost.opacity !== '1')
            """
            + """
             ? `${e.dataset.testid}: placeholder ${ghost.color} ${ghost.opacity}` : '',
                  contrast(own.borderTopColor, own.backgroundColor) < 3 || contrast(own.borderTopColor, around) < 3
            """
            + """
             ? `${e.dataset.testid ?? e.id}: edge ${own.borderTopColor}` : ''];
              })].filter(Boolean);
            }
            """,
            new[] { within, around });
        Assert.True(found.Length == 0, $"{what}: {string.Join(", ", found)}");
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
