using System.Globalization;
using System.Text.Json;

namespace FleetExporter.Parsing;

/// <summary>An alert that fires.</summary>
/// <param name="Id">Alertmanager's fingerprint of the labels: hex digits.</param>
/// <param name="Labels">Whole: a silence that matches them exactly matches nothing else.</param>
/// <param name="SilencedBy">Ids of silences.</param>
/// <param name="Inhibited">Another alert hides it from receivers.</param>
internal sealed record FiringAlert(
    string Id,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations,
    DateTimeOffset Started,
    IReadOnlyList<string> SilencedBy,
    bool Inhibited);

/// <summary>A silence.</summary>
/// <param name="Equal">The label values that it asks for; null when it matches in any other way.</param>
/// <param name="Active">It counts now.</param>
internal sealed record AlertSilence(
    string Id, IReadOnlyDictionary<string, string>? Equal, bool Active, DateTimeOffset Until, string By, string Comment)
{
    /// <summary>Whether it asks for exactly the labels of this alert, and so covers no other.</summary>
    public bool IsOnlyOf(FiringAlert alert) =>
        Equal is not null && Equal.Count == alert.Labels.Count && alert.Labels.All(l => Equal.GetValueOrDefault(l.Key) == l.Value);
}

/// <summary>
/// Parses what Alertmanager's API (version 2) and its webhooks send. Texts are as they came: whoever shows them makes them printable.
/// </summary>
/// <remarks>Seen: Alertmanager 0.25. What it does not always send may be missing; what is there has to be of its kind.</remarks>
internal static class AlertmanagerAnswers
{
    /// <exception cref="TargetFailureException">It is not a list of alerts: <see cref="TargetFailure.Body"/>.</exception>
    public static IReadOnlyList<FiringAlert> Alerts(string body) => JsonAnswer.Read(body, root => Items(root, Alert), RemoteLimits.LargeJsonValues);

    /// <exception cref="TargetFailureException">It is not a list of silences: <see cref="TargetFailure.Body"/>.</exception>
    public static IReadOnlyList<AlertSilence> Silences(string body) =>
        JsonAnswer.Read(body, root => Items(root, Silence), RemoteLimits.LargeJsonValues);

    /// <summary>The id of a silence that was made.</summary>
    /// <exception cref="TargetFailureException">There is none: <see cref="TargetFailure.Body"/>.</exception>
    public static string SilenceId(string body) => JsonAnswer.Read(body, root => Text(root, "silenceID"));

    /// <summary>The alerts of a webhook's body, and whether each still fires.</summary>
    /// <exception cref="TargetFailureException">It is no notification: <see cref="TargetFailure.Body"/>.</exception>
    public static IReadOnlyList<(FiringAlert Alert, bool Fires)> Notification(JsonElement root)
    {
        try
        {
            return JsonAnswer.Member(root, "alerts") is { } alerts
                ? Items(alerts, item => (Alert(item), Text(item, "status") switch
                {
                    "firing" => true,
                    "resolved" => false,
                    _ => throw Wrong("an alert is neither firing nor resolved")
                }))
                : throw Wrong("there is no list of alerts");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // Half a surrogate pair in an escape.
            throw Wrong("a text is not Unicode");
        }
    }

    private static FiringAlert Alert(JsonElement item)
    {
        var status = JsonAnswer.Member(item, "status");
        var state = status is { ValueKind: JsonValueKind.Object } ? status.Value : default;
        var id = Text(item, "fingerprint");
        return new FiringAlert(
            id.Length is > 0 and <= 64 && id.All(char.IsAsciiHexDigitLower) ? id : throw Wrong("a fingerprint is not hex digits"),
            Map(item, "labels"),
            Map(item, "annotations"),
            Time(item, "startsAt"),
            Texts(state, "silencedBy"),
            Texts(state, "inhibitedBy").Count > 0);
    }

    private static AlertSilence Silence(JsonElement item)
    {
        var equal = new Dictionary<string, string>(StringComparer.Ordinal);
        var exact = true;
        foreach (var matcher in JsonAnswer.Member(item, "matchers") is { } matchers
            ? Items(matchers, m => m)
            : throw Wrong("a silence has no matchers"))
        {
            exact = exact && JsonAnswer.Flag(matcher, "isRegex") != true && JsonAnswer.Flag(matcher, "isEqual") != false;
            exact = equal.TryAdd(Text(matcher, "name"), Text(matcher, "value")) && exact;
        }

        var active = JsonAnswer.Member(item, "status") is { } status && Text(status, "state") == "active";
        return new AlertSilence(Text(item, "id"), exact ? equal : null, active, Time(item, "endsAt"), Text(item, "createdBy"), Text(item, "comment"));
    }

    private static List<T> Items<T>(JsonElement list, Func<JsonElement, T> item) =>
        list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(item)] : throw Wrong("it is not a list");

    private static string Text(JsonElement of, string name) =>
        JsonAnswer.Member(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : throw Wrong($"{name} is missing or no text");

    private static List<string> Texts(JsonElement of, string name) =>
        JsonAnswer.Member(of, name) is { } list
            ? Items(list, t => t.ValueKind == JsonValueKind.String ? t.GetString()! : throw Wrong($"{name} is no list of texts"))
            : [];

    private static DateTimeOffset Time(JsonElement of, string name) =>
        DateTimeOffset.TryParse(
            Text(of, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time : throw Wrong($"{name} is no time");

    private static Dictionary<string, string> Map(JsonElement of, string name)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (JsonAnswer.Member(of, name) is not { } given)
        {
            return map;
        }

        foreach (var pair in given.ValueKind == JsonValueKind.Object ? given.EnumerateObject() : throw Wrong($"{name} is no mapping"))
        {
            map[pair.Name] = pair.Value.ValueKind == JsonValueKind.String ? pair.Value.GetString()! : throw Wrong($"{name} holds what is no text");
        }

        return map;
    }

    private static TargetFailureException Wrong(string why) => new(TargetFailure.Body, $"the body is not Alertmanager's: {why}");
}
