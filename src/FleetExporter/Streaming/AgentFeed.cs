using FleetExporter.OpenClaw;
using FleetExporter.Targets;
using FleetExporter.Views.Agents;

namespace FleetExporter.Streaming;

/// <summary>Publishes the events of all gateways' agents to <c>/ws/agents</c>, twice a second while it has readers.</summary>
internal sealed class AgentFeed(TargetLinks links, LiveEvents json, StreamClients clients)
{
    public const string Stream = "agents";

    /// <summary>A reader that is further behind receives a reset.</summary>
    private const int MaxEvents = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<GatewayLink, long> _published = [];

    public LiveLog Log { get; } = new(MaxEvents);

    /// <summary>Publishes what happened since the last call. Without readers, the events only count as published.</summary>
    /// <returns>Where a new reader begins in the log.</returns>
    public long Update()
    {
        lock (_lock)
        {
            var gateways = links.All<GatewayLink>();
            foreach (var gone in _published.Keys.Except(gateways).ToList())
            {
                _published.Remove(gone);
            }

            foreach (var gateway in gateways)
            {
                var events = gateway.Events.Since(_published.GetValueOrDefault(gateway));
                if (events.Count > 0)
                {
                    _published[gateway] = events[^1].Number;
                    foreach (var happened in clients.Count(Stream) > 0 ? events : [])
                    {
                        Log.Publish("agent_event", json.Serialise(AgentEventView.Of(gateway.Name, happened)));
                    }
                }
            }

            Log.Wake();
            return Log.Since(long.MaxValue).Cursor;
        }
    }
}
