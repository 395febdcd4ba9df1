using System.Globalization;
using System.Text.Json;
using FleetExporter.Parsing;

namespace FleetExporter.Cli.Doctor;

/// <summary>A sample of an instant query.</summary>
internal sealed record QuerySample(IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>A rule group, and the first error of its last evaluation.</summary>
internal sealed record RuleGroup(string Name, string? Error);

/// <summary>Parses answers of Prometheus' API. Texts are printable and limited.</summary>
internal static class PrometheusAnswers
{
    private const int MaxText = 200;

    /// <exception cref="TargetFailureException">Not an answer of Prometheus.</exception>
    public static IReadOnlyList<QuerySample> Samples(string body) => JsonAnswer.Read(body, root =>
    {
        var data = DataOf(root);
        return JsonAnswer.Member(data, "resultType") is { ValueKind: JsonValueKind.String } type && type.GetString() == "scalar"
            ? [new QuerySample(new Dictionary<string, string>(), ValueOf(MemberOf(data, "result")))]
            : (IReadOnlyList<QuerySample>)[.. MemberOf(data, "result").EnumerateArray().Select(item => new QuerySample(
                MemberOf(item, "metric").EnumerateObject().DistinctBy(l => l.Name)
                    .ToDictionary(l => Printable.Line(l.Name, MaxText), l => Printable.Line(l.Value.GetString()!, MaxText)),
                ValueOf(MemberOf(item, "value"))))];
    });

    /// <exception cref="TargetFailureException">Not an answer of Prometheus.</exception>
    public static IReadOnlyList<RuleGroup> RuleGroups(string body) => JsonAnswer.Read<IReadOnlyList<RuleGroup>>(
        body,
        root => [.. MemberOf(DataOf(root), "groups").EnumerateArray().Select(group => new RuleGroup(
            JsonAnswer.Text(group, "name") ?? "",
            MemberOf(group, "rules").EnumerateArray().Select(rule => JsonAnswer.Text(rule, "lastError")).FirstOrDefault(e => e is not null)))],
        RemoteLimits.LargeJsonValues);

    /// <summary>Number of Alertmanagers that it sends alerts to.</summary>
    /// <exception cref="TargetFailureException">Not an answer of Prometheus.</exception>
    public static int Alertmanagers(string body) =>
        JsonAnswer.Read(body, root => MemberOf(DataOf(root), "activeAlertmanagers").GetArrayLength());

    private static JsonElement DataOf(JsonElement root) => MemberOf(root, "data");

    private static JsonElement MemberOf(JsonElement element, string name) => JsonAnswer.Member(element, name)
        ?? throw new TargetFailureException(TargetFailure.Body, $"the answer is not Prometheus': {name} is missing");

    private static double ValueOf(JsonElement pair) =>
        pair.GetArrayLength() == 2 && double.TryParse(pair[1].GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new TargetFailureException(TargetFailure.Body, "the answer is not Prometheus': a value is invalid");
}
