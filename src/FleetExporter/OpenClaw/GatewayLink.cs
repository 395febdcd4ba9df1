using System.Text.Json;
using FleetExporter.OpenClaw.Connection;
using FleetExporter.OpenClaw.Logs;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;

namespace FleetExporter.OpenClaw;

/// <summary>A watched gateway for those who ask it more than its poller does: its open connection, and the events of its agents.</summary>
internal sealed class GatewayLink(string name, TimeProvider clock)
{
    private static readonly TimeSpan MinLogAge = TimeSpan.FromSeconds(0.9);
    private static readonly TimeSpan LogTimeout = TimeSpan.FromSeconds(5);

    private GatewayConnection? _connection;

    public string Name => name;

    /// <summary>Kept across connections.</summary>
    public AgentEvents Events { get; } = new(clock);

    /// <summary>Kept across connections.</summary>
    public GatewayLog Log { get; } = new(clock);

    /// <summary>The version that the gateway could be updated to; null for none.</summary>
    public string? NewerVersion { get; private set; }

    /// <summary>The poller's connection; null while disconnected.</summary>
    public GatewayConnection? Connection
    {
        get => Volatile.Read(ref _connection) is { Failure: null } open ? open : null;
        set
        {
            NewerVersion = value?.Hello.NewerVersion;
            Volatile.Write(ref _connection, value);
        }
    }

    /// <summary>Takes an event of the connection.</summary>
    public void Take(string name, JsonElement payload)
    {
        if (name == "update.available")
        {
            NewerVersion = GatewayHello.NewerVersionOf(payload);
        }

        Events.Take(name, payload);
    }

    /// <summary>Reads new lines of the log now, unless that was done within the last second; without a connection, nothing.</summary>
    public async Task RefreshLogAsync(CancellationToken stop)
    {
        if (Connection is not { } connection || Log.Age < MinLogAge)
        {
            return;
        }

        using var limit = new CancellationTokenSource(LogTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            await Log.ReadAsync(connection, either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TargetFailureException or GatewayErrorException or FormatException or OperationCanceledException)
        {
            // The poll reports the failure.
        }
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
