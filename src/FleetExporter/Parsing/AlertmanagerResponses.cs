using System.Globalization;
using System.Text.Json;

namespace FleetExporter.Parsing;

/// <summary>A firing alert.</summary>
/// <param name="Id">Alertmanager's fingerprint of the labels: hex digits.</param>
/// <param name="Labels">All labels; a silence that matches all of them matches no other alert.</param>
/// <param name="SilencedBy">Ids of silences.</param>
/// <param name="Inhibited">Whether another alert inhibits it.</param>
internal sealed record FiringAlert(
    string Id,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations,
    DateTimeOffset Started,
    IReadOnlyList<string> SilencedBy,
    bool Inhibited);

/// <summary>A silence.</summary>
/// <param name="Equal">Label values of its equality matchers; null when it has other matchers.</param>
/// <param name="Active">Whether it is in effect.</param>
internal sealed record AlertSilence(
    string Id, IReadOnlyDictionary<string, string>? Equal, bool Active, DateTimeOffset Until, string By, string Comment)
{
    /// <summary>Whether it matches exactly the labels of this alert and therefore no other.</summary>
    public bool MatchesOnly(FiringAlert alert) =>
        Equal is not null && Equal.Count == alert.Labels.Count && alert.Labels.All(l => Equal.GetValueOrDefault(l.Key) == l.Value);
}

/// <summary>
/// Parses responses of Alertmanager's API (version 2) and bodies of its webhook. Texts are unescaped: the caller makes them printable.
/// </summary>
/// <remarks>Seen: Alertmanager 0.25. Optional fields may be missing; present fields must have the right type.</remarks>
internal static class AlertmanagerResponses
{
    /// <exception cref="TargetFailureException">Not a list of alerts: <see cref="TargetFailure.Body"/>.</exception>
    public static IReadOnlyList<FiringAlert> Alerts(string body) => JsonAnswer.Read(body, root => Items(root, Alert), RemoteLimits.LargeJsonValues);

    /// <exception cref="TargetFailureException">Not a list of silences: <see cref="TargetFailure.Body"/>.</exception>
    public static IReadOnlyList<AlertSilence> Silences(string body) =>
        JsonAnswer.Read(body, root => Items(root, Silence), RemoteLimits.LargeJsonValues);

    /// <summary>The id of a created silence.</summary>
    /// <exception cref="TargetFailureException">No id: <see cref="TargetFailure.Body"/>.</exception>
    public static string SilenceId(string body) => JsonAnswer.Read(body, root => Text(root, "silenceID"));

    /// <summary>The alerts of a webhook's body, and whether each is firing.</summary>
    /// <exception cref="TargetFailureException">Not a notification: <see cref="TargetFailure.Body"/>.</exception>
    public static IReadOnlyList<(FiringAlert Alert, bool Fires)> Notification(JsonElement root)
    {
        try
        {
            return JsonAnswer.Member(root, "alerts") is { } alerts
                ? Items(alerts, item => (Alert(item), Text(item, "status") switch
                {
                    "firing" => true,
                    "resolved" => false,
                    _ => throw Invalid("the status of an alert is neither firing nor resolved")
                }))
                : throw Invalid("alerts is missing");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // An unpaired surrogate in an escape.
            throw Invalid("a string is not valid Unicode");
        }
    }

    private static FiringAlert Alert(JsonElement item)
    {
        var status = JsonAnswer.Member(item, "status");
        var state = status is { ValueKind: JsonValueKind.Object } ? status.Value : default;
        var id = Text(item, "fingerprint");
        return new FiringAlert(
            id.Length is > 0 and <= 64 && id.All(char.IsAsciiHexDigitLower) ? id : throw Invalid("a fingerprint is not hexadecimal"),
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
            : throw Invalid("matchers of a silence is missing"))
        {
            exact = exact && JsonAnswer.Flag(matcher, "isRegex") != true && JsonAnswer.Flag(matcher, "isEqual") != false;
            exact = equal.TryAdd(Text(matcher, "name"), Text(matcher, "value")) && exact;
        }

        var active = JsonAnswer.Member(item, "status") is { } status && Text(status, "state") == "active";
        return new AlertSilence(Text(item, "id"), exact ? equal : null, active, Time(item, "endsAt"), Text(item, "createdBy"), Text(item, "comment"));
    }

    private static List<T> Items<T>(JsonElement list, Func<JsonElement, T> item) =>
        list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(item)] : throw Invalid("a list is expected");

    private static string Text(JsonElement element, string name) =>
        JsonAnswer.Member(element, name) is { ValueKind: JsonValueKind.String } text
            ? text.GetString()!
            : throw Invalid($"{name} is missing or not a string");

    private static List<string> Texts(JsonElement element, string name) =>
        JsonAnswer.Member(element, name) is { } list
            ? Items(list, t => t.ValueKind == JsonValueKind.String ? t.GetString()! : throw Invalid($"{name} is not a list of strings"))
            : [];

    private static DateTimeOffset Time(JsonElement element, string name) =>
        DateTimeOffset.TryParse(
            Text(element, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time : throw Invalid($"{name} is not a timestamp");

    private static Dictionary<string, string> Map(JsonElement element, string name)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (JsonAnswer.Member(element, name) is not { } given)
        {
            return map;
        }

        foreach (var pair in given.ValueKind == JsonValueKind.Object ? given.EnumerateObject() : throw Invalid($"{name} is not an object"))
        {
            map[pair.Name] = pair.Value.ValueKind == JsonValueKind.String ? pair.Value.GetString()!
                : throw Invalid($"{name} contains a value that is not a string");
        }

        return map;
    }

    private static TargetFailureException Invalid(string reason) => new(TargetFailure.Body, $"unexpected Alertmanager body: {reason}");
}
