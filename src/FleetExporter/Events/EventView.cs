using System.Text.Json.Nodes;
using FleetExporter.Store;

namespace FleetExporter.Events;

/// <summary>An event in the API and the stream.</summary>
/// <param name="Time">When the exporter saw it.</param>
/// <param name="Subject">What it is about: <c>host:NAME</c>, <c>gpu:HOST/INDEX</c>, <c>exporter</c> and so on.</param>
/// <param name="From">The state before; null where there is none.</param>
/// <param name="To">The state since; null where there is none.</param>
/// <param name="Reason">A word of a closed set; null where there is none.</param>
/// <param name="Text">One sentence.</param>
/// <param name="Detail">By kind; null for none.</param>
/// <param name="Exporter">Id of the exporter that saw it, where several share a store.</param>
internal sealed record EventView(
    string Id, DateTimeOffset Time, EventKind Kind, EventSeverity Severity, string? Host, string Subject, string? From, string? To, string? Reason,
    string Text, JsonObject? Detail, string Exporter)
{
    public static EventView Of(FleetEvent e) =>
        new(e.Id, e.At, e.Kind, e.Severity, e.Host, e.Subject, e.From, e.To, e.Reason, e.Text, e.Detail, e.Exporter);
}
