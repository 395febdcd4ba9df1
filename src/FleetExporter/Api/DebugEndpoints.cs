using System.Text;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api;

/// <summary>A host's raw sections, readings, metrics and failures.</summary>
internal static class DebugEndpoints
{
    public static void MapDebug(this IEndpointRouteBuilder routes) =>
        routes.MapGet(
            "/debug/hosts/{host}",
            Results<Ok<DebugView>, ProblemHttpResult> (FleetState state, ExporterPage pages, TimeProvider clock, string host) =>
                state.Find(host) is { } found ? TypedResults.Ok(View(found, TextOf(pages, found), clock.Now())) : Problem.NotFound("host", host))
            .Needs(Scope.Control)
            .WithSummary("The host's last sections as received, its readings, metrics and last failures. Process arguments are masked.");

    /// <param name="metrics">The host's page.</param>
    internal static DebugView View(HostSnapshot host, string metrics, Instant now) => new(
        host.Host.Name,
        Words.Of(host.Status(now)),
        host.Problem(now),
        ConnectionStateView.Of(host.Connection, now),
        [.. CollectorCatalog.All.Where(c => host.Outcomes.Contains(c.Name)).Select(c => CollectorView.Of(c, host.Outcomes[c.Name], now))],
        [
            .. host.Recent.Select(n => new FailureView(
                n.At.TimeAsOf(now), n.Source, n.Reason, CollectorCatalog.Find(n.Source)?.Mask(n.Message) ?? n.Message)),
        ],
        metrics);

    private static string TextOf(ExporterPage pages, HostSnapshot host)
    {
        using var page = pages.Of(host);
        return page.ToString(ExpositionFormat.Text);
    }
}

internal sealed record DebugView(
    string Host, string Status, string? Reason, ConnectionStateView Connection, IReadOnlyList<CollectorView> Collectors,
    IReadOnlyList<FailureView> Failures, string Metrics);

/// <inheritdoc cref="ConnectionState"/>
internal sealed record ConnectionStateView(
    bool Up, SshFailure? Failure, string? Detail, DateTimeOffset Since, TimeSpan? ConnectDuration, int Connects, DateTimeOffset? NextAttempt)
{
    public static ConnectionStateView Of(ConnectionState state, Instant now) => new(
        state.Up, state.Failure, state.Detail, state.Since.TimeAsOf(now), state.ConnectDuration, state.Connects, state.NextAttempt?.TimeAsOf(now));
}

/// <inheritdoc cref="RecentFailure"/>
internal sealed record FailureView(DateTimeOffset At, string What, string Reason, string Message);

/// <param name="Reading">Serialised by its runtime type.</param>
/// <param name="Received">The section's text, at most its first 16 Ki characters.</param>
internal sealed record CollectorView(
    string Collector, string? Off, DateTimeOffset At, double? DurationSeconds, string? Failure, string? Message, DateTimeOffset? LastSuccess,
    object? Reading, string? Received)
{
    public static CollectorView Of(HostCollector collector, CollectorOutcome outcome, Instant now) => new(
        outcome.Collector, outcome.OffBecause, outcome.At!.Value.TimeAsOf(now), outcome.Duration?.TotalSeconds,
        outcome.Failure is { } failure ? Words.Of(failure) : null,
        outcome.Message is { } message ? collector.Mask(message) : null,
        outcome.LastSuccess?.TimeAsOf(now),
        outcome.Reading is { } reading ? collector.Mask(reading) : null,
        outcome.Body is { } body ? collector.Mask(Encoding.UTF8.GetString(body)) : null);
}
