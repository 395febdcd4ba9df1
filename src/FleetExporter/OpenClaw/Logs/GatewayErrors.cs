using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.OpenClaw.Logs;

/// <summary>Errors and warnings of a gateway's log that say the same but for numbers and ids.</summary>
/// <param name="Sample">The newest one as it was written.</param>
internal sealed record GatewayErrorGroup(
    string Signature, GatewayLogLevel Level, string Subsystem, long Count, DateTimeOffset First, DateTimeOffset Last, string Sample);

/// <summary>Groups the errors and warnings of a log. Bounded: the groups that were seen longest ago go. Not thread-safe.</summary>
internal sealed class GatewayErrors
{
    public const int MaxGroups = 200;

    private readonly Dictionary<(string, string), GatewayErrorGroup> _groups = [];

    public IReadOnlyList<GatewayErrorGroup> Groups => [.. _groups.Values];

    /// <param name="time">When the line was written, or read where it does not say.</param>
    public void Take(GatewayLogLine line, DateTimeOffset time)
    {
        if (line.Level < GatewayLogLevel.Warn)
        {
            return;
        }

        var key = (line.Subsystem, ErrorSignature.Of(line.Text));
        if (_groups.TryGetValue(key, out var group))
        {
            _groups[key] = group with
            {
                Count = group.Count + 1,
                Level = line.Level > group.Level ? line.Level : group.Level,
                First = time < group.First ? time : group.First,
                Last = time > group.Last ? time : group.Last,
                Sample = time >= group.Last ? line.Text : group.Sample,
            };
            return;
        }

        if (_groups.Count >= MaxGroups)
        {
            _groups.Remove(_groups.MinBy(g => g.Value.Last).Key);
        }

        _groups[key] = new GatewayErrorGroup(key.Item2, line.Level, line.Subsystem, 1, time, time, line.Text);
    }
}
