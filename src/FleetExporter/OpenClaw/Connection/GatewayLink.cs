using System.Text.Json;
using FleetExporter.Parsing;

namespace FleetExporter.OpenClaw.Connection;

/// <summary>A watched gateway for those who ask it more than its poller does: its open connection, and the events of its agents.</summary>
internal sealed class GatewayLink(string name, TimeProvider clock)
{
    private GatewayConnection? _connection;

    public string Name => name;

    /// <summary>Kept across connections.</summary>
    public AgentEvents Events { get; } = new(clock);

    /// <summary>The poller's connection; null while there is none.</summary>
    public GatewayConnection? Connection
    {
        get => Volatile.Read(ref _connection) is { Failure: null } open ? open : null;
        set => Volatile.Write(ref _connection, value);
    }

    /// <summary>Sends a request on the poller's connection.</summary>
    /// <param name="parse">Parses the payload, and must not keep a reference to it.</param>
    /// <exception cref="GatewayErrorException">The gateway answered with an error.</exception>
    /// <exception cref="TargetFailureException">There is no connection, or it ended before the answer.</exception>
    /// <exception cref="FormatException">The answer has an unknown shape.</exception>
    public Task<T> AskAsync<T>(GatewayCall call, Func<JsonElement, T> parse, CancellationToken stop) => Connection is { } connection
        ? connection.AskAsync(call, parse, stop)
        : throw new TargetFailureException(TargetFailure.Refused, "the gateway is not connected");
}
