using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote.Ssh;
using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>How a request to connect or disconnect ended.</summary>
internal abstract record WatchOutcome : ActionOutcome
{
    private WatchOutcome(AuditOutcome audit)
        : base(audit)
    {
    }

    /// <summary>Monitored and connected.</summary>
    /// <param name="Id">Connection id, in all outcomes.</param>
    public sealed record Connected(string Id) : WatchOutcome(AuditOutcome.Ok);

    /// <summary>Monitored; the connection attempt is still running.</summary>
    public sealed record Connecting(string Id) : WatchOutcome(AuditOutcome.Ok);

    /// <summary>Monitored; the connection attempt failed.</summary>
    /// <param name="Reason">One-line description.</param>
    public sealed record NotConnected(string Id, string? Reason) : WatchOutcome(AuditOutcome.Ok);

    /// <summary>Not monitored now.</summary>
    public sealed record Disconnected(string Id) : WatchOutcome(AuditOutcome.Ok);

    /// <summary>Cannot be monitored.</summary>
    /// <param name="Reason">One-line description.</param>
    public sealed record NotWatched(string Name, string Reason) : WatchOutcome(AuditOutcome.Failed);

    /// <summary>There is no such connection, or the store cannot be read or written.</summary>
    public sealed record StoreFailed(StoreError Error) : WatchOutcome(AuditOutcome.Failed);
}

/// <summary>Starts and stops monitoring.</summary>
internal sealed class WatchConnection(Watchlist watchlist, Connections connections, Fleet fleet, FleetState state, TimeProvider clock)
{
    /// <summary>How long a request to connect waits for the attempt to end.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Starts monitoring and connects immediately, ignoring the back-off.</summary>
    /// <param name="key">Id or name.</param>
    public Task<WatchOutcome> ConnectAsync(AuditedCall call, string key, CancellationToken stop) =>
        FindAsync(call, key, connection => ConnectAsync(connection, stop), stop);

    /// <summary>Stops monitoring.</summary>
    /// <param name="key">Id or name.</param>
    public Task<WatchOutcome> DisconnectAsync(AuditedCall call, string key, CancellationToken stop) =>
        FindAsync(
            call, key,
            async connection => await SwitchAsync(connection, false, stop).ConfigureAwait(false) is { } error
                ? new WatchOutcome.StoreFailed(error)
                : new WatchOutcome.Disconnected(connection.Id),
            stop);

    /// <summary>Retries, without waiting for the result, the monitored hosts that a new line of a known_hosts file may concern.</summary>
    /// <param name="name">Name of the line: <see cref="KnownHosts.NameOf"/>.</param>
    /// <param name="file">Path of the file.</param>
    public async Task RetryAsync(string name, string file)
    {
        foreach (var host in watchlist.Hosts.Where(h => h.Address is { } a && KnownHosts.NameOf(a) == name && h.Ssh.KnownHosts == file))
        {
            await fleet.ConnectNowAsync(host.Name, TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private Task<WatchOutcome> FindAsync(
        AuditedCall call, string key, Func<Connection, Task<WatchOutcome>> act, CancellationToken stop) =>
        call.RunAsync(new AuditDetails(Printable.Line(key, 80)), async () =>
        {
            var found = await watchlist.ResolveAsync(key, stop).ConfigureAwait(false);
            return found.Success
                ? await call.RunAsync(
                    new AuditDetails(found.Value.Connection.Name), () => act(found.Value.Connection)).ConfigureAwait(false)
                : new WatchOutcome.StoreFailed(found.Error);
        });

    private async Task<WatchOutcome> ConnectAsync(Connection connection, CancellationToken stop)
    {
        if (await SwitchAsync(connection, true, stop).ConfigureAwait(false) is { } error)
        {
            return new WatchOutcome.StoreFailed(error);
        }

        var watched = watchlist.Find(connection.Id);
        if (watched?.Host is not { } host)
        {
            return new WatchOutcome.NotWatched(connection.Name, watched?.Idle ?? "it was deleted");
        }

        await fleet.ConnectNowAsync(host.Name, ConnectTimeout, stop).ConfigureAwait(false);
        return state.Find(host.Name) switch
        {
            { Connection.Up: true } => new WatchOutcome.Connected(connection.Id),
            { Connection.Failure: not null } failed => new WatchOutcome.NotConnected(connection.Id, failed.Problem(clock.Now())),
            _ => new WatchOutcome.Connecting(connection.Id),
        };
    }

    private async Task<StoreError?> SwitchAsync(Connection connection, bool on, CancellationToken stop)
    {
        if (connection.Source == ConnectionSource.File)
        {
            await watchlist.SwitchAsync(connection.Name, on).ConfigureAwait(false);
        }
        else if (connection.IsActive != on)
        {
            var changed = await connections.ChangeAsync(connection.Id, c => c with { IsActive = on }, stop).ConfigureAwait(false);
            if (!changed.Success)
            {
                return changed.Error;
            }

            await watchlist.WrittenAsync(changed.Value).ConfigureAwait(false);
        }

        return null;
    }
}
