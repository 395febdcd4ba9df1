using FleetExporter.Api.Access;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Polling;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api;

/// <summary>What a host sent, what was made of it, and what failed.</summary>
public static class DebugEndpoints
{
    public static void MapDebug(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/debug/hosts/{host}", Results<Ok<DebugView>, ProblemHttpResult> (FleetState state, ServicePage pages, TimeProvider clock, string host) =>
                state.Find(host) is { } found ? TypedResults.Ok(View(found, pages, clock.GetUtcNow())) : Problem.NotFound("host", host))
            .Needs(Scope.Control)
            .WithSummary("Last sections as received, what was parsed, the metrics it gives, the last failures. Arguments of processes are masked.");

    private static DebugView View(HostSnapshot host, ServicePage pages, DateTimeOffset now)
    {
        using var page = pages.Of(host);
        return new DebugView(
            host.Host.Name,
            Words.Of(host.Status(now)),
            host.Problem(now),
            host.Connection,
            [
                .. CollectorCatalog.All.Select(c => host.Outcomes.GetValueOrDefault(c.Name)).OfType<CollectorOutcome>().Select(o => new CollectorView(
                    o.Collector, o.OffBecause, o.At, o.Duration.TotalSeconds, o.Failure is { } failure ? Words.Of(failure) : null, ProcessArguments.MaskSection(o.Collector, o.Message), o.LastSuccess,
                    Masked(o.Reading), ProcessArguments.MaskSection(o.Collector, o.Body))),
            ],
            [.. host.Recent.Select(n => n with { Message = ProcessArguments.MaskSection(n.What, n.Message)! })],
            page.ToString(ExpositionFormat.Text));
    }

    private static Reading? Masked(Reading? reading) => reading is GpuProcessesReading processes
        ? processes with { Processes = [.. processes.Processes.Select(p => p with { Name = p.Name is null ? null : ProcessArguments.Mask(p.Name) })] }
        : reading;
}

public sealed record DebugView(
    string Host, string Status, string? Reason, ConnectionState Connection, IReadOnlyList<CollectorView> Collectors, IReadOnlyList<FailureNote> Failures, string Metrics);

/// <param name="Reading">Serialised as what it is.</param>
/// <param name="Received">The section's text, at most its first 16 Ki characters.</param>
public sealed record CollectorView(
    string Collector, string? Off, DateTimeOffset At, double DurationSeconds, string? Failure, string? Message, DateTimeOffset? LastSuccess, object? Reading, string? Received);
