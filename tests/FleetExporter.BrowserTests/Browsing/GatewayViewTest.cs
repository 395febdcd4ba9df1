using System.Text.Json.Nodes;

namespace FleetExporter.BrowserTests.Browsing;

/// <summary>Base class of tests of the views of gateways.</summary>
public abstract class GatewayViewTest(Chromium chromium, SimulatedGateways fleet) : PageTest(chromium), IClassFixture<SimulatedGateways>
{
    private protected SimulatedGateways Fleet => fleet;

    /// <param name="answers">Paths below /api/monitoring, and what they answer instead.</param>
    private protected async Task<Visit> OpenAsync(string hash, int width, params (string Path, JsonNode Answer)[] answers)
    {
        var visit = await VisitAsync(fleet.Exporter, new(hash, Width: width, Prepare: SimulatedGateways.Answering(answers)));
        await Views.UntilLoadedAsync(visit, hash.Split('/', '?')[0]);
        return visit;
    }

    /// <summary>Exact values of cells.</summary>
    private protected static async Task<string[]> TitlesAsync(ILocator cells) =>
        await cells.EvaluateAllAsync<string[]>("all => all.map(e => e.title)");
}
