using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace FleetExporter.Tests.Bundle;

/// <summary>The rule files and their tests as they stand in prometheus/.</summary>
internal static class Rules
{
    public static IReadOnlyList<YamlMappingNode> All { get; } =
    [
        .. Directory.GetFiles(Repository.PathOf("prometheus", "rules"), "*.rules.yml").Order(StringComparer.Ordinal)
            .SelectMany(file => Items(Root(file), "groups")).SelectMany(group => Items(group, "rules")),
    ];

    /// <summary>Those that are off by default; they record and alert of nothing.</summary>
    public static IReadOnlyList<YamlMappingNode> Optional { get; } =
    [
        .. Directory.GetFiles(Repository.PathOf("prometheus", "rules-optional"), "*.rules.yml").Order(StringComparer.Ordinal)
            .SelectMany(file => Items(Root(file), "groups")).SelectMany(group => Items(group, "rules")),
    ];

    public static IEnumerable<YamlMappingNode> Alerts => All.Where(rule => Text(rule, "alert") is not null);

    /// <summary>What the tests expect: the alert, and whether it fires.</summary>
    public static IReadOnlyList<(string Alert, bool Fires)> Tested { get; } =
    [
        .. Directory.GetFiles(Repository.PathOf("prometheus", "tests"), "*.test.yml")
            .SelectMany(file => Items(Root(file), "tests")).SelectMany(test => Items(test, "alert_rule_test"))
            .Select(test => (Text(test, "alertname")!, Items(test, "exp_alerts").Any())),
    ];

    /// <summary>Each firing of the tests: the alert, its labels, and whether the same test has it silent one evaluation before.</summary>
    public static IReadOnlyList<(string Alert, IReadOnlyList<string> Labels, bool IsSilentBefore)> Firings { get; } =
    [
        .. from file in Directory.GetFiles(Repository.PathOf("prometheus", "tests"), "*.test.yml")
           let step = Minutes(Text(Root(file), "evaluation_interval")!)
           from test in Items(Root(file), "tests")
           from firing in Items(test, "alert_rule_test")
           from expected in Items(firing, "exp_alerts")
           select (Text(firing, "alertname")!,
               (IReadOnlyList<string>)[.. Map(expected, "exp_labels").Children.Keys.Select(k => ((YamlScalarNode)k).Value!)],
               Items(test, "alert_rule_test").Any(t =>
                   Text(t, "alertname") == Text(firing, "alertname") && !Items(t, "exp_alerts").Any()
                       && Minutes(Text(t, "eval_time")!) == Minutes(Text(firing, "eval_time")!) - step)),
    ];

    public static string? Text(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;

    public static YamlMappingNode Map(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) ? (YamlMappingNode)value : [];

    public static IEnumerable<YamlMappingNode> Items(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) ? ((YamlSequenceNode)value).Cast<YamlMappingNode>() : [];

    public static YamlMappingNode Root(string file)
    {
        using var reader = new StreamReader(file);
        var yaml = new YamlStream();
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static int Minutes(string time) =>
        time[^1] == 'm' ? int.Parse(time[..^1], CultureInfo.InvariantCulture) : throw new FormatException($"{time}: tests count in minutes");
}
