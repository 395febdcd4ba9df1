using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.OpenClaw;

/// <summary>An event with its number, which grows by one with each event of this gateway.</summary>
/// <param name="At">When it arrived here.</param>
internal sealed record NumberedEvent(long Number, DateTimeOffset At, AgentEvent Event);

/// <summary>
/// The last events of one gateway. Accepts a limited number per second, and keeps a limited number, so that a flood costs other gateways and
/// hosts nothing.
/// </summary>
internal sealed class AgentEvents(TimeProvider clock)
{
    /// <summary>Events that are kept.</summary>
    public const int Kept = 500;

    /// <summary>Events per second that are accepted in the long run; a burst may be as large as <see cref="Kept"/>.</summary>
    public const int PerSecond = 50;

    private readonly Lock _lock = new();
    private readonly Queue<NumberedEvent> _events = new(Kept);
    private readonly TokenBucket _limit = new(Kept, TimeSpan.FromSeconds(1) / PerSecond, clock);
    private long _last;
    private long _dropped;

    /// <summary>Events that were beyond the limit.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Whether the gateway has sent events of cron jobs.</summary>
    public bool TellsCrons { get; private set; }

    /// <summary>Takes an event of the gateway.</summary>
    public void Take(string name, JsonElement payload)
    {
        TellsCrons |= name == AgentEvent.Cron;
        if (AgentEvent.Parse(name, payload) is { } parsed)
        {
            Add(parsed);
        }
    }

    public void Add(AgentEvent added)
    {
        lock (_lock)
        {
            if (!_limit.TryTake())
            {
                Interlocked.Increment(ref _dropped);
                return;
            }

            _events.Enqueue(new NumberedEvent(++_last, clock.GetUtcNow(), added));
            if (_events.Count > Kept)
            {
                _events.Dequeue();
            }
        }
    }

    /// <summary>The kept events with a higher number, oldest first.</summary>
    public IReadOnlyList<NumberedEvent> Since(long number)
    {
        lock (_lock)
        {
            return number >= _last ? [] : [.. _events.Where(e => e.Number > number)];
        }
    }
}
