using FleetExporter.Parsing;

namespace FleetExporter.Alerting;

/// <summary>An alert that fires, as the API and the feed show it. Every text is one printable line of at most 500 characters.</summary>
/// <param name="Id">Its fingerprint: stays while its labels do.</param>
/// <param name="Type">One of seven words where the alert is of such a kind, else its name.</param>
/// <param name="Severity">critical, warning or info; what the rule says otherwise.</param>
/// <param name="Message">What is wrong, in a sentence without values.</param>
/// <param name="RunbookUrl">http or https; null where there is none.</param>
/// <param name="Created">When it began to fire.</param>
/// <param name="Acknowledged">A silence covers it.</param>
/// <param name="Inhibited">A worse alert hides it from receivers.</param>
/// <param name="Silence">The one that ends last; null when none covers it.</param>
internal sealed record AlertView(
    string Id,
    string Type,
    string Name,
    string Severity,
    string? Host,
    string? Session,
    string Message,
    string? Description,
    string? RunbookUrl,
    DateTimeOffset Created,
    bool Acknowledged,
    bool Inhibited,
    SilenceView? Silence,
    IReadOnlyDictionary<string, string> Labels)
{
    private const int Longest = 500;
    private const int MostLabels = 64;

    /// <summary>Kinds that have a word of their own, by the name of the alert.</summary>
    internal static readonly IReadOnlyDictionary<string, string> Types = new Dictionary<string, string>
    {
        ["FleetTmuxSessionLegacy"] = "legacy_session",
        ["FleetTmuxSessionLegacyBusy"] = "legacy_session",
        ["FleetHostCpuHigh"] = "high_cpu",
        ["FleetSessionCpuHigh"] = "high_cpu",
        ["FleetHostMemoryHigh"] = "high_memory",
        ["FleetSessionMemoryHigh"] = "high_memory",
        ["FleetHostOffline"] = "host_offline",
        ["FleetGpuTemperatureHigh"] = "gpu_temp_warning",
        ["FleetGpuTemperatureCritical"] = "gpu_temp_critical",
        ["FleetGpuMemoryHigh"] = "gpu_memory_high",
    };

    private static readonly string[] Severities = ["critical", "warning", "info"];

    /// <summary>Ascending: the worst first, and of two alike the newer.</summary>
    internal string Order =>
        $"{(Array.IndexOf(Severities, Severity) is >= 0 and var rank ? rank : Severities.Length)}-"
            + $"{DateTimeOffset.MaxValue.Ticks - Created.UtcTicks:D19}-{Id}";

    internal static AlertView Of(FiringAlert alert, IReadOnlyDictionary<string, AlertSilence> silences)
    {
        var name = Text(alert.Labels, "alertname") ?? "";
        var silence = alert.SilencedBy.Select(silences.GetValueOrDefault).OfType<AlertSilence>().MaxBy(s => s.Until);
        var description = Text(alert.Annotations, "description");
        return new AlertView(
            alert.Id,
            Types.GetValueOrDefault(name, name),
            name,
            Text(alert.Labels, "severity") ?? "",
            Text(alert.Labels, "host"),
            Text(alert.Labels, "session"),
            Text(alert.Annotations, "summary") ?? description ?? name,
            description,
            alert.Annotations.GetValueOrDefault("runbook_url") is { Length: <= 2000 } link && Uri.TryCreate(link, UriKind.Absolute, out var url)
                && url.Scheme is "http" or "https"
                ? url.AbsoluteUri
                : null,
            alert.Started,
            alert.SilencedBy.Count > 0,
            alert.Inhibited,
            silence is null ? null : SilenceView.Of(silence, alert),
            alert.Labels.Take(MostLabels).DistinctBy(l => Printable.Line(l.Key, Longest), StringComparer.Ordinal)
                .ToDictionary(l => Printable.Line(l.Key, Longest), l => Printable.Line(l.Value, Longest), StringComparer.Ordinal));
    }

    /// <summary>Null where it is missing or blank.</summary>
    private static string? Text(IReadOnlyDictionary<string, string> of, string key) =>
        of.GetValueOrDefault(key) is { } text && Printable.Line(text, Longest) is { Length: > 0 } line ? line : null;
}

/// <summary>The silence over an alert.</summary>
/// <param name="Id">Alertmanager's.</param>
/// <param name="By">Who made it.</param>
/// <param name="Exact">It covers this alert and nothing else, so that it can be ended here.</param>
internal sealed record SilenceView(string Id, DateTimeOffset Until, string By, string Comment, bool Exact)
{
    internal static SilenceView Of(AlertSilence silence, FiringAlert alert) =>
        new(
            Printable.Line(silence.Id, 100), silence.Until, Printable.Line(silence.By, 100),
            Printable.Line(silence.Comment, 500), silence.MatchesOnly(alert));
}
