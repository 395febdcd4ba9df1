using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api;

/// <summary>What a host sent, what was made of it, and what failed.</summary>
public static class DebugEndpoints
{
    public static void MapDebug(this IEndpointRouteBuilder routes) =>
        routes.MapGet(
            "/debug/hosts/{host}", Results<Ok<DebugView>, ProblemHttpResult> (FleetState state, ServicePage pages, TimeProvider clock, string host) =>
                state.Find(host) is { } found ? TypedResults.Ok(View(found, TextOf(pages, found), clock.Now())) : Problem.NotFound("host", host))
            .Needs(Scope.Control)
            .WithSummary("Last sections as received, what was parsed, the metrics it gives, the last failures. Arguments of processes are masked.");

    /// <param name="metrics">The host's page.</param>
    internal static DebugView View(HostSnapshot host, string metrics, Instant now) => new(
        host.Host.Name,
        Words.Of(host.Status(now)),
        host.Problem(now),
        ConnectionStateView.Of(host.Connection, now),
        [
            .. CollectorCatalog.All.Select(c => host.Outcomes.GetValueOrDefault(c.Name)).OfType<CollectorOutcome>().Select(o => new CollectorView(
                o.Collector, o.OffBecause, o.At.TimeAsOf(now), o.Duration.TotalSeconds, o.Failure is { } failure ? Words.Of(failure) : null,
                ProcessArguments.MaskSection(o.Collector, o.Message), o.LastSuccess?.TimeAsOf(now), Masked(o.Reading),
                ProcessArguments.MaskSection(o.Collector, o.Body))),
        ],
        [.. host.Recent.Select(n => new FailureView(n.At.TimeAsOf(now), n.What, n.Reason, ProcessArguments.MaskSection(n.What, n.Message)!))],
        metrics);

    private static string TextOf(ServicePage pages, HostSnapshot host)
    {
        using var page = pages.Of(host);
        return page.ToString(ExpositionFormat.Text);
    }

    private static Reading? Masked(Reading? reading) => reading is GpuProcessesReading processes
        ? processes with { Processes = [.. processes.Processes.Select(p => p with { Name = p.Name is null ? null : ProcessArguments.Mask(p.Name) })] }
        : reading;
}

public sealed record DebugView(
    string Host, string Status, string? Reason, ConnectionStateView Connection, IReadOnlyList<CollectorView> Collectors,
    IReadOnlyList<FailureView> Failures, string Metrics);

/// <inheritdoc cref="ConnectionState"/>
public sealed record ConnectionStateView(
    bool Up, SshFailure? Failure, string? Detail, DateTimeOffset Since, TimeSpan? ConnectDuration, int Connects, DateTimeOffset? NextAttempt)
{
    public static ConnectionStateView Of(ConnectionState state, Instant now) => new(
        state.Up, state.Failure, state.Detail, state.Since.TimeAsOf(now), state.ConnectDuration, state.Connects, state.NextAttempt?.TimeAsOf(now));
}

/// <inheritdoc cref="FailureNote"/>
public sealed record FailureView(DateTimeOffset At, string What, string Reason, string Message);

/// <param name="Reading">Serialised as what it is.</param>
/// <param name="Received">The section's text, at most its first 16 Ki characters.</param>
public sealed record CollectorView(
    string Collector, string? Off, DateTimeOffset At, double DurationSeconds, string? Failure,
    string? Message, DateTimeOffset? LastSuccess, object? Reading, string? Received);
