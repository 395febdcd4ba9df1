using System.Globalization;
using System.Text.Json.Nodes;
using FleetExporter.Config;
using FleetExporter.Store;

namespace FleetExporter.Events;

/// <summary>Events of the exporter itself.</summary>
internal static class ExporterEvents
{
    private const string Running = "running";
    private const string Stopped = "stopped";

    /// <summary>Records the start, and before it an end that was not clean.</summary>
    /// <param name="at">When it started.</param>
    public static void Started(EventContext context, DateTimeOffset at)
    {
        var known = context.Known.Find(KnownStates.NoHost, Subjects.Exporter);
        if (known?.State == Running)
        {
            var seen = known.At?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            var ended = Of(
                EventSeverity.Warning, Running, Stopped, "not_clean", $"the exporter ended without a clean stop; it last ran at {seen} UTC",
                new JsonObject { ["clean"] = false, ["last_seen"] = known.At?.ToString("O", CultureInfo.InvariantCulture) });
            context.Add(ended with { At = at });
        }

        var started = Of(EventSeverity.Info, known is null ? null : Stopped, "started", null, "the exporter started", null);
        context.Add(started with { At = at });
        IsRunning(context);
    }

    /// <summary>Records that it still runs, for a restart that follows no clean stop.</summary>
    public static void IsRunning(EventContext context) =>
        context.Known.Set(new SubjectState(Subjects.Exporter, KnownStates.NoHost, Running, At: context.Now.Time));

    public static void HasStopped(EventContext context)
    {
        context.Add(Of(EventSeverity.Info, Running, Stopped, null, "the exporter stopped", new JsonObject { ["clean"] = true }));
        context.Known.Set(new SubjectState(Subjects.Exporter, KnownStates.NoHost, Stopped, At: context.Now.Time));
    }

    /// <summary>An invalid file is quoted in the exporter's log only.</summary>
    public static FleetEvent Reloaded(ConfigResult result) => result.Success
        ? Of(EventSeverity.Info, null, "reloaded", null, "the configuration was reloaded", null)
        : Of(
            EventSeverity.Warning, null, "rejected", "invalid",
            "the configuration was rejected, and the previous one stays active: see the exporter's log",
            new JsonObject { ["errors"] = result.Errors.Count });

    private static FleetEvent Of(EventSeverity severity, string? from, string to, string? reason, string text, JsonObject? detail) => new()
    {
        Kind = EventKind.Exporter,
        Severity = severity,
        Subject = Subjects.Exporter,
        From = from,
        To = to,
        Reason = reason,
        Text = text,
        Detail = detail,
    };
}
