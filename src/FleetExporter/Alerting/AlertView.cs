using FleetExporter.Parsing;

namespace FleetExporter.Alerting;

/// <summary>A firing alert in the API and the feed. Every text is one printable line of at most 500 characters.</summary>
/// <param name="Id">Its fingerprint: constant as long as its labels are.</param>
/// <param name="Type">One of seven predefined types, else its name.</param>
/// <param name="Severity">Usually critical, warning or info; otherwise as in the rule.</param>
/// <param name="Message">The problem in a sentence without values.</param>
/// <param name="RunbookUrl">http or https; null for none.</param>
/// <param name="Created">When it started firing.</param>
/// <param name="Acknowledged">Whether a silence matches it.</param>
/// <param name="Inhibited">Whether a more severe alert inhibits it.</param>
/// <param name="Silence">The matching silence that ends last; null for none.</param>
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
    private const int MaxLength = 500;
    private const int MaxLabels = 64;

    /// <summary>Predefined types by alert name.</summary>
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

    /// <summary>Sort key: most severe first, then newest first.</summary>
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
            alert.Labels.Take(MaxLabels).DistinctBy(l => Printable.Line(l.Key, MaxLength), StringComparer.Ordinal)
                .ToDictionary(l => Printable.Line(l.Key, MaxLength), l => Printable.Line(l.Value, MaxLength), StringComparer.Ordinal));
    }

    /// <summary>Null where it is missing or blank.</summary>
    private static string? Text(IReadOnlyDictionary<string, string> of, string key) =>
        of.GetValueOrDefault(key) is { } text && Printable.Line(text, MaxLength) is { Length: > 0 } line ? line : null;
}

/// <summary>A silence that matches an alert.</summary>
/// <param name="Id">Alertmanager's id of the silence.</param>
/// <param name="By">Its author.</param>
/// <param name="Exact">It matches only this alert and can therefore be ended through the API.</param>
internal sealed record SilenceView(string Id, DateTimeOffset Until, string By, string Comment, bool Exact)
{
    internal static SilenceView Of(AlertSilence silence, FiringAlert alert) =>
        new(
            Printable.Line(silence.Id, 100), silence.Until, Printable.Line(silence.By, 100),
            Printable.Line(silence.Comment, 500), silence.MatchesOnly(alert));
}
