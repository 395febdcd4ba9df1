using System.Globalization;
using FleetExporter.Api.Http;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Targets;
using FleetExporter.Views;
using FleetExporter.Views.Agents;

namespace FleetExporter.Api.Monitoring;

/// <param name="At">As in <see cref="MonitoredPart"/>.</param>
/// <param name="Total">Jobs of the gateway; null if unknown.</param>
/// <param name="Shown">Those that the exporter reads: at most 1000. Null if unknown.</param>
internal sealed record CronSource(string Gateway, string Host, DateTimeOffset? At, string? Reason, long? Total, int? Shown);

/// <summary>The parameters of <c>/api/monitoring/crons</c>.</summary>
internal sealed record CronQuery
{
    private static readonly string[] Statuses = [.. Words.All<CronOutcome>(), "running", "overdue", "flapping", "disabled"];

    public required FleetState State { get; init; }

    public required TargetLinks Links { get; init; }

    public required TimeProvider Clock { get; init; }

    public string? Gateway { get; init; }

    public string? Agent { get; init; }

    public string? Q { get; init; }

    public string? Status { get; init; }

    public string? Limit { get; init; }

    public string? Cursor { get; init; }

    public IResult Answer()
    {
        if (!new GatewayCallContext(State, Links, Clock).TryFind(Gateway, out var gateways, out var problem))
        {
            return problem;
        }

        var statuses = Status?.Split(',');
        if (statuses?.Except(Statuses).Any() == true)
        {
            return Problem.Invalid("status", $"Give one or several of {string.Join(", ", Statuses)}, separated by commas.");
        }

        if (!Listing.TryLimit(Limit, out var count, out problem))
        {
            return problem;
        }

        var time = Clock.GetUtcNow();
        var (rows, next) = Listing.Page(
            gateways.SelectMany(g => MonitoredCron.All(g, time)).Where(c => Matches(c, statuses)).Select(c => (Key: KeyOf(c), Cron: c))
                .OrderBy(r => r.Key, StringComparer.Ordinal),
            r => r.Key, count, Cursor);
        var costs = gateways.ToDictionary(g => g.Name, g => g.Reading?.Usage is { } usage ? GatewayCosts.Of(usage) : null, StringComparer.Ordinal);
        return TypedResults.Ok(new SourcedListing<CronView, CronSource>(
            [.. rows.Select(r => CronView.Of(r.Cron, costs[r.Cron.Gateway], time))],
            next,
            [.. gateways.Select(SourceOf)]));
    }

    /// <summary>Failing jobs first, then overdue ones, then by next run; jobs without one last.</summary>
    private static string KeyOf(MonitoredCron cron)
    {
        var (failing, overdue, next) = (cron.IsFailing ? 0 : 1, cron.Overdue == true ? 0 : 1, cron.Cron.NextRun ?? DateTimeOffset.MaxValue);
        return string.Create(CultureInfo.InvariantCulture, $"{failing}{overdue}-{next.UtcTicks:D19}-{cron.Gateway}-{cron.Cron.Id}");
    }

    private static CronSource SourceOf(MonitoredGateway gateway)
    {
        var part = gateway.PartOf("cron.list");
        var crons = gateway.Reading?.Crons;
        return new CronSource(
            part.Gateway, part.Host, part.At, part.Reason,
            crons is null ? null : JsonNumber.Whole(crons.Total) ?? (crons.Next is null ? crons.Crons.Count : null), crons?.Crons.Count);
    }

    private bool Matches(MonitoredCron cron, string[]? statuses) =>
        (Agent is null || cron.Cron.Agent == Agent)
        && (Q is null || Contains(cron.Cron.Name, Q) || Contains(cron.Cron.Id, Q))
        && statuses?.Any(s => Has(cron, s)) != false;

    private static bool Contains(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static bool Has(MonitoredCron cron, string status) => status switch
    {
        "running" => cron.Cron.Running == true,
        "overdue" => cron.Overdue == true,
        "flapping" => cron.Flapping == true,
        "disabled" => cron.Cron.Enabled == false,
        _ => cron.Outcome is { } outcome && Words.Of(outcome) == status,
    };
}
