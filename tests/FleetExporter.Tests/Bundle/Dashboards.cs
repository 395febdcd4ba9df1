using System.Text.Json.Nodes;

namespace FleetExporter.Tests.Bundle;

/// <summary>A query of a dashboard.</summary>
/// <param name="Where">The panel's title, or another source of the query.</param>
internal sealed record DashboardQuery(string Where, string Expression, JsonNode? Datasource);

/// <summary>A dashboard of grafana/dashboards/.</summary>
internal sealed class GrafanaDashboard(string file)
{
    public string Name { get; } = Path.GetFileNameWithoutExtension(file);

    public JsonObject Root { get; } = JsonNode.Parse(File.ReadAllText(file))!.AsObject();

    /// <summary>Panels, rows among them, and those in closed rows.</summary>
    public IEnumerable<JsonObject> Panels => Objects(Root["panels"]).SelectMany(p => Objects(p["panels"]).Prepend(p));

    /// <summary>Lists of panels that share a grid: those of the dashboard, and those of each closed row.</summary>
    public IEnumerable<IReadOnlyList<JsonObject>> Grids =>
        Objects(Root["panels"]).Select(p => Objects(p["panels"]).ToList()).Prepend([.. Objects(Root["panels"])]);

    public IEnumerable<JsonObject> Variables => Objects(Root["templating"]!["list"]);

    public IEnumerable<JsonObject> Annotations => Objects(Root["annotations"]!["list"]);

    public IEnumerable<DashboardQuery> PanelQueries =>
        Panels.SelectMany(p => Objects(p["targets"]).Select(t => new DashboardQuery(Text(p, "title"), Text(t, "expr"), t["datasource"])));

    public IEnumerable<DashboardQuery> AllQueries => PanelQueries
        .Concat(Annotations.Select(a => new DashboardQuery("annotations", Text(a, "expr"), a["datasource"])))
        .Concat(Variables.Where(v => Text(v, "type") == "query").Select(v =>
            new DashboardQuery($"variable {Text(v, "name")}", VariableSeries(v), v["datasource"])));

    /// <summary>Every data link and dashboard link.</summary>
    public IEnumerable<string> Links => Walk(Root)
        .OfType<JsonObject>().Where(o => o.ContainsKey("url") && o.ContainsKey("title")).Select(o => Text(o, "url")).Where(u => u.Length > 0);

    public static IEnumerable<JsonObject> Objects(JsonNode? list) => list is JsonArray array ? array.Select(n => n!.AsObject()) : [];

    public static string Text(JsonNode node, string key) => node[key]?.GetValue<string>() ?? "";

    /// <summary>SERIES in <c>label_values(SERIES, label)</c>.</summary>
    public static string VariableSeries(JsonObject variable)
    {
        var query = Text(variable["query"]!, "query");
        Assert.Matches(@"^label_values\(.+, \w+\)$", query);
        return query["label_values(".Length..query.LastIndexOf(',')];
    }

    private static IEnumerable<JsonNode> Walk(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Walk(p.Value)).Prepend(o),
        JsonArray a => a.SelectMany(Walk),
        _ => [],
    };
}

internal static class Dashboards
{
    public static IReadOnlyDictionary<string, GrafanaDashboard> All { get; } =
        Directory.GetFiles(Repository.PathOf("grafana", "dashboards"), "*.json").Select(f => new GrafanaDashboard(f)).ToDictionary(d => d.Name);

    public static TheoryData<string> Names() => [.. All.Keys.Order(StringComparer.Ordinal)];
}
