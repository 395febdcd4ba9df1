using FleetExporter.Control;
using FleetExporter.Store;

namespace FleetExporter.Events;

/// <summary>Who killed which tmux session through the exporter in the last minutes. Thread-safe.</summary>
internal sealed class Kills(TimeProvider clock)
{
    private const int Max = 1000;

    /// <summary>Sessions of other users are read once a minute at most; a host may not answer for some time.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private static readonly string Kill = Words.Of(ControlAction.Kill);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string By, TimeSpan At)> _kills = new(StringComparer.Ordinal);

    /// <summary>Takes a call that begins or has ended: its session may be seen to end in between.</summary>
    public void Take(AuditEntry call)
    {
        if (call.Action != Kill || call.Target is null)
        {
            return;
        }

        lock (_lock)
        {
            foreach (var (old, (_, at)) in _kills)
            {
                if (clock.Elapsed() - at > Kept)
                {
                    _kills.Remove(old);
                }
            }

            if (call.Outcome is AuditOutcome.Begun && _kills.Count < Max)
            {
                _kills[call.Target] = (call.Who, clock.Elapsed());
            }
            else if (call.Outcome is AuditOutcome.Failed)
            {
                _kills.Remove(call.Target);
            }
        }
    }

    /// <returns>The caller; null if nobody killed it through the exporter.</returns>
    public string? By(string host, string user, string name)
    {
        lock (_lock)
        {
            // As in SessionView: the user's name is left out for sessions of the login user.
            return _kills.Remove(Key($"{host}:{user}/{name}"), out var kill) || _kills.Remove(Key($"{host}:{name}"), out kill) ? kill.By : null;
        }

        static string Key(string session) => Printable.Line(session, 200);
    }
}
