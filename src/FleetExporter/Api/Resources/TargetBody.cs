using FleetExporter.Config.Binding;
using FleetExporter.Control;
using FleetExporter.Polling.Targets;

namespace FleetExporter.Api.Resources;

/// <summary>Writable fields of a target; what its settings may be is checked as in fleet.yml.</summary>
internal static class TargetBody
{
    private static readonly BodyField<TargetChange> Name =
        BodyField.Text("name", "a text", _ => true, (TargetChange c, string name) => c with { Name = name });

    private static readonly BodyField<TargetChange> IsActive =
        BodyField.Flag("is_active", (TargetChange c, bool isActive) => c with { IsActive = isActive });

    private static readonly BodyField<TargetChange> Settings = Keys(BodyField.Object(
        "settings", TargetChange.MaxLength, (TargetChange c, System.Text.Json.Nodes.JsonObject settings) => c with { Settings = settings }));

    private static readonly string[] ReadOnly =
    [
        "id", "host", "source", "state", "reason", "latency_ms", "last_healthy_at", "consecutive_failures", "checked_at", "since",
        "certificate_expires_at", "idle", "updated_at", "detail",
    ];

    /// <summary>Of a target whose kind the body names.</summary>
    public static BodyTable<TargetChange> New { get; } =
        new(ReadOnly, Kind(TargetCatalog.Kinds) with { IsRequired = true }, Name, IsActive, Settings);

    /// <summary>Of a target whose kind the path names.</summary>
    public static BodyTable<TargetChange> Of(TargetKind kind) => new(ReadOnly, Kind([kind]), Name, IsActive, Settings);

    private static BodyField<TargetChange> Kind(IReadOnlyList<TargetKind> kinds) => BodyField.Text(
        "kind", string.Join(", ", kinds.Select(k => k.Name)), text => kinds.Any(k => k.Name == text),
        (TargetChange c, string name) => c with { Kind = WatchedTarget.KindOf(name) });

    /// <summary>Refuses a name among the keys: it stands beside them.</summary>
    private static BodyField<TargetChange> Keys(BodyField<TargetChange> field) => field with
    {
        Expected = $"{field.Expected}: keys of fleet.yml, without name",
        Read = value => value.ValueKind == System.Text.Json.JsonValueKind.Object && value.TryGetProperty("name", out _) ? null : field.Read(value),
    };
}
