using FleetExporter.Api.Http;
using FleetExporter.OpenClaw;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Targets;
using FleetExporter.Views.Agents;

namespace FleetExporter.Api.Monitoring;

/// <summary>The parameters of <c>/api/monitoring/events</c>.</summary>
internal sealed record AgentEventQuery
{
    public required TargetLinks Links { get; init; }

    public string? Gateway { get; init; }

    public string? Kind { get; init; }

    public string? Agent { get; init; }

    public string? Session { get; init; }

    public string? Limit { get; init; }

    public string? Cursor { get; init; }

    public IResult Answer()
    {
        if (Gateway is not null && Links.Find<GatewayLink>(Gateway) is null)
        {
            return Problem.NotFound("gateway", Printable.Line(Gateway, 80));
        }

        var kinds = Kind?.Split(',');
        if (kinds?.Except(Words.All<AgentEventKind>()).Any() == true)
        {
            return Problem.Invalid("kind", $"Give one or several of {string.Join(", ", Words.All<AgentEventKind>())}, separated by commas.");
        }

        return Listing.Of(
            Links.All<GatewayLink>().Where(g => Gateway is null || g.Name == Gateway)
                .SelectMany(g => g.Events.Since(0).Select(e => (Key: NewestFirst.KeyOf(e.At, g.Name, e.Number), View: AgentEventView.Of(g.Name, e))))
                .Where(e => (kinds is null || kinds.Contains(e.View.Kind)) && (Agent is null || e.View.Agent == Agent)
                    && (Session is null || e.View.Session == Session))
                .OrderBy(e => e.Key, StringComparer.Ordinal),
            e => e.Key, e => e.View, Limit, Cursor);
    }
}
