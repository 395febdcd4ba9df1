namespace FleetExporter.BrowserTests.Browsing;

/// <summary>What a finger needs on a phone.</summary>
internal static class Touch
{
    /// <summary>Fails if a control is beside the screen, below something else or too small, or if the page is wider than the screen.</summary>
    public static async Task AssertReachableAsync(Visit visit)
    {
        await visit.AssertNoHorizontalOverflowAsync();
        var unreachable = await visit.Page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(
              e => e.checkVisibility({ visibilityProperty: true }) && e.id !== 'skip').flatMap(e => {
              e.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
              const at = e.getClientRects()[0];
              const name = `${e.dataset.testid ?? e.id ?? e.tagName} '${e.textContent.slice(0, 20)}' at `
                + `${Math.round(at.left)},${Math.round(at.top)} ${Math.round(at.width)}x${Math.round(at.height)}`;
              if (at.left < 0 || at.right > innerWidth + 1) return [`${name} is beside the screen`];
              const top = document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2);
              if (!top || !(e.contains(top) || top.contains(e) || [...(e.labels ?? [])].some(l => l.contains(top))))
                return [`${name} is below ${top?.outerHTML.slice(0, 80)}`];
              // A link within text may be as high as its line.
              if (at.height < (e.tagName === 'A' ? 16 : 20) && !(e.labels?.[0]?.getBoundingClientRect().height >= 20))
                return [`${name} is too small for a finger`];
              return [];
            })
            """);
        Assert.Empty(unreachable);
    }
}
