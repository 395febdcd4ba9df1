using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FleetExporter.Control;
using FleetExporter.Overview;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Views;

namespace FleetExporter.Api.Resources;

/// <param name="Id">Null for a target of fleet.yml.</param>
/// <param name="Source"><c>file</c> for targets of fleet.yml, read-only here; else <c>api</c>.</param>
/// <param name="State">Null before the first poll, and while it is not watched.</param>
/// <param name="Reason">In the words of the overview; null when it is ok or not watched.</param>
/// <param name="Since">When it entered this state; null before the first poll.</param>
/// <param name="Settings">The keys of fleet.yml, without the name and without defaults. Paths of secrets, never a secret.</param>
/// <param name="Idle">Why it is not watched; null while it is.</param>
/// <param name="UpdatedAt">Null for a target of fleet.yml.</param>
/// <param name="Detail">A <see cref="TargetDetailView"/>, in the response of one target only.</param>
internal sealed record TargetView(
    string? Id, string Kind, string Name, string Host, string Source, bool IsActive, string? State, string? Reason, double? LatencyMs,
    DateTimeOffset? LastHealthyAt, int ConsecutiveFailures, DateTimeOffset? CheckedAt, DateTimeOffset? Since,
    DateTimeOffset? CertificateExpiresAt, JsonObject Settings, string? Idle,
    DateTimeOffset? UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] object? Detail = null)
{
    public static TargetView Of(WatchedTarget watched, FleetState state, Instant now, bool hasDetail = false)
    {
        var row = watched.Row;
        var settings = row is null ? TargetSettingsView.Of(watched.Target!) : JsonNode.Parse(row.Settings)!.AsObject();
        var snapshot = watched.Idle is null && state.FindTarget(watched.Name) is { } found && found.Target == watched.Target ? found : null;
        var part = snapshot is null ? null : TargetPart.Of(snapshot.Target, state, now);
        return new TargetView(
            row?.Id, watched.Kind, watched.Name, watched.Host, row is null ? "file" : "api", row?.IsActive ?? true,
            part is not null && snapshot!.At is not null ? Words.Of(part.Status) : null,
            part is null && watched.Idle is null ? "not polled yet" : part?.Reason, part?.LatencyMs,
            part?.LastHealthyAt, part?.ConsecutiveFailures ?? 0, snapshot?.At?.TimeAsOf(now), snapshot?.Since?.TimeAsOf(now),
            TargetDetails.CertificateExpiry(snapshot, now), settings,
            watched.Idle, row?.UpdatedAt, hasDetail ? TargetDetails.Of(watched.Target, snapshot, state, now) : null);
    }
}

/// <summary>Body of a target, for the description of the API.</summary>
/// <param name="Settings">The keys of its kind in fleet.yml, without name.</param>
internal sealed record TargetForm(string? Kind, string? Name, bool? IsActive, JsonObject? Settings);
