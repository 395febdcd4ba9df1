using System.Text.Json.Nodes;
using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;

namespace FleetExporter.Events;

/// <summary>GPUs of a host that are lost, back, added or replaced.</summary>
internal static class GpuChanges
{
    public const string Ok = "ok";

    private const string Lost = "lost";

    /// <summary>GPUs of a host that are remembered after they were lost.</summary>
    private const int MaxLost = 64;

    public static void Record(HostSnapshot host, EventContext context)
    {
        if (host.Get<GpuReading>(context.Now) is not { } reading)
        {
            return;
        }

        var name = host.Host.Name;
        var known = context.Known.Of(name, "gpu:").ToList();
        var isFirst = known.Count == 0;
        var unmatched = known.ToList();
        var listed = reading.Gpus.Where(g => g.Index is not null).DistinctBy(g => g.Index)
            .Select(g => (Gpu: g, Known: Match(g, name, known))).ToList();
        unmatched.RemoveAll(k => listed.Any(l => l.Known == k));
        foreach (var (gpu, previous) in listed)
        {
            var (subject, state) = (Subjects.Gpu(name, gpu.Index!.Value), StateOf(gpu));
            var replaced = previous is null && reading.Missing == 0 ? unmatched.Find(k => k.Subject == subject) : null;
            if (replaced is not null)
            {
                unmatched.Remove(replaced);
            }

            if (!isFirst && previous is null)
            {
                Add(
                    subject, EventSeverity.Info, null, replaced is null ? "added" : "replaced", null,
                    $"GPU {gpu.Index} {(replaced is null ? "was added to" : "was replaced on")} {name}",
                    new JsonObject { ["uuid"] = gpu.Uuid, ["previous_uuid"] = replaced?.Identity });
            }

            if (previous is not null && previous.State != state || previous is null && !isFirst && state != Ok)
            {
                Add(
                    subject, state == Ok ? EventSeverity.Ok : EventSeverity.Critical, previous?.State, state, null,
                    $"GPU {gpu.Index} of {name} {(state == Ok ? "is back" : state == Lost ? "is lost" : "needs a reset")}");
            }

            if (previous is not null && previous.Subject != subject)
            {
                context.Known.Remove(previous);
            }

            context.Known.Set(new SubjectState(subject, name, state, gpu.Uuid ?? previous?.Identity));
        }

        // A host that lists ever new GPUs keeps the latest ones only.
        foreach (var old in unmatched.Where(k => k.State == Lost).SkipLast(MaxLost))
        {
            context.Known.Remove(old);
        }

        foreach (var missing in unmatched.Where(k => k.State != Lost))
        {
            var index = missing.Subject[(missing.Subject.LastIndexOf('/') + 1)..];
            Add(missing.Subject, EventSeverity.Critical, missing.State, Lost, "not_listed", $"GPU {index} of {name} is no longer listed");

            // Unless a GPU that moved has taken its reference.
            if (context.Known.Find(name, missing.Subject) == missing)
            {
                context.Known.Set(missing with { State = Lost });
            }
        }

        void Add(string subject, EventSeverity severity, string? from, string to, string? reason, string text, JsonObject? detail = null) =>
            context.Add(new FleetEvent
            {
                Kind = EventKind.Gpu,
                Severity = severity,
                Host = name,
                Subject = subject,
                From = from,
                To = to,
                Reason = reason,
                Text = text,
                Detail = detail,
            });
    }

    /// <summary>The known GPU with the uuid; where either has none, that with the index.</summary>
    private static SubjectState? Match(Gpu gpu, string host, List<SubjectState> known) =>
        (gpu.Uuid is null ? null : known.Find(k => k.Identity == gpu.Uuid))
            ?? known.Find(k => k.Subject == Subjects.Gpu(host, gpu.Index!.Value) && (gpu.Uuid is null || k.Identity is null));

    private static string StateOf(Gpu gpu) => gpu.Fault switch
    {
        null => Ok,
        GpuFault.Lost => Lost,
        { } fault => Words.Of(fault),
    };
}
