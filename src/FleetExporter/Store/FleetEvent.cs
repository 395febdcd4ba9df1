using System.Text.Json.Nodes;

namespace FleetExporter.Store;

/// <summary>What an event is about.</summary>
internal enum EventKind
{
    /// <summary>A host goes online, degraded or offline, is rebooted, added or removed.</summary>
    Host,

    /// <summary>A collector of a host begins to fail or recovers.</summary>
    Collector,

    /// <summary>A service, provider, gateway or tunnel changes its state.</summary>
    Target,

    /// <summary>A GPU is lost, needs a reset, is back, reports an XID, is added, replaced, or left alone for a while.</summary>
    Gpu,

    /// <summary>An alert starts firing, is acknowledged or resolved.</summary>
    Alert,

    /// <summary>A training job starts or ends.</summary>
    Job,

    /// <summary>A call that acts on something has ended.</summary>
    Control,

    /// <summary>A tmux session has ended.</summary>
    Session,

    /// <summary>The exporter starts or stops, or its configuration is reloaded.</summary>
    Exporter,
}

/// <summary>How bad an event is.</summary>
internal enum EventSeverity
{
    Critical,
    Warning,
    Info,

    /// <summary>Something has recovered.</summary>
    Ok,
}

/// <summary>A change of state that the exporter saw. Rows are immutable and deleted by age and number.</summary>
internal sealed record FleetEvent
{
    /// <summary>Assigned by the queue: a UUID of version 7. The order of ids is the order of events.</summary>
    public string Id { get; init; } = "";

    /// <summary>When the exporter saw it, in UTC; assigned by the queue if it is not set.</summary>
    public DateTimeOffset At { get; init; }

    public required EventKind Kind { get; init; }

    public required EventSeverity Severity { get; init; }

    public string? Host { get; init; }

    /// <summary>A reference of <see cref="Subjects"/>.</summary>
    public required string Subject { get; init; }

    /// <summary>The state before; null where there is none.</summary>
    public string? From { get; init; }

    /// <summary>The state since; null where there is none.</summary>
    public string? To { get; init; }

    /// <summary>A word of a closed set; null where there is none.</summary>
    public string? Reason { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Text { get; init; }

    /// <summary>A small object, by kind; null for none.</summary>
    public JsonObject? Detail { get; init; }

    /// <summary>Id of the exporter instance that saw it; assigned by the queue.</summary>
    public string Exporter { get; init; } = "";
}

/// <summary>What an exporter last knew of a subject, so that a restart reports only what has changed.</summary>
/// <param name="Subject">A reference of <see cref="Subjects"/>, or a key of the recorder.</param>
/// <param name="Host">Its host; empty for none.</param>
/// <param name="State">A word.</param>
/// <param name="Identity">What distinguishes it from an earlier one of the same name: a boot id, a uuid; null for none.</param>
/// <param name="Label">A text for the sentence of its end; null for none.</param>
/// <param name="At">When it was last seen, in UTC; null where that does not matter.</param>
internal sealed record SubjectState(
    string Subject, string Host, string State, string? Identity = null, string? Label = null, DateTimeOffset? At = null);

/// <summary>Which events a list has. A null field matches all.</summary>
/// <param name="Since">Inclusive.</param>
/// <param name="Until">Exclusive.</param>
/// <param name="Word">Part of the text, the subject or the reason, case-insensitive for ASCII.</param>
internal sealed record EventQuery(
    IReadOnlyList<EventKind>? Kinds = null, IReadOnlyList<string>? Hosts = null, string? Subject = null,
    IReadOnlyList<EventSeverity>? Severities = null, DateTimeOffset? Since = null, DateTimeOffset? Until = null, string? Word = null);
