using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;
using FleetExporter.Views;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api.Resources;

/// <summary>
/// The watching of connections: on and off, how it goes, and the GPUs it sees. Answered from memory, so that it works without the store.
/// </summary>
internal static class WatchEndpoints
{
    /// <summary>Waited for the first attempt's end, before the answer is that it is still under way.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void MapWatching(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/dgx/connect/{id}", ([AsParameters] Call call, string id) => call.SwitchAsync(id, on: true))
            .Needs(Scope.Control).Audits(ControlAction.Connect).Produces<ConnectView>()
            .WithSummary("Watches a connection from now on; tries at once where it fails.");

        routes.MapPost("/api/dgx/disconnect/{id}", ([AsParameters] Call call, string id) => call.SwitchAsync(id, on: false))
            .Needs(Scope.Control).Audits(ControlAction.Disconnect).Produces<ConnectView>()
            .WithSummary("Watches a connection no more.");

        routes.MapGet("/api/dgx/status", ([AsParameters] Call call, string? limit, string? cursor) =>
                Listing.Of(call.Watchlist.All, w => w.Connection.Id, call.StatusOf, limit, cursor))
            .Needs(Scope.Read).Produces<Listing<ConnectionStatusView>>()
            .WithSummary("Whether each connection is connected.");

        routes.MapGet("/api/dgx/status/{id}", ([AsParameters] Call call, string id) => call.AnswerAsync(id, call.StatusOf))
            .Needs(Scope.Read).Produces<ConnectionStatusView>()
            .WithSummary("Whether one connection is connected.");

        routes.MapGet("/api/dgx/metrics/{id}", ([AsParameters] Call call, string id) => call.AnswerAsync(id, call.GpusOf))
            .Needs(Scope.Read).Produces<ConnectionGpusView>()
            .WithSummary("The GPUs of one connection, as last read.");
    }

    /// <returns>The connection, or a problem: 404, or 503 while the store does not tell whether there is one.</returns>
    public static async Task<(WatchedConnection? Watched, IResult? Problem)> ResolveAsync(this Watchlist watchlist, string id, CancellationToken stop)
    {
        if (watchlist.Find(id) is { } known)
        {
            return (known, null);
        }

        var error = await watchlist.ReadyAsync(stop).ConfigureAwait(false);
        return watchlist.Find(id) is { } found ? (found, null) : (null, Problem.Of(error ?? new StoreError.NotFound("connection")));
    }

    internal sealed record Call(HttpContext Context, Connections Connections, Watchlist Watchlist, Fleet Fleet, FleetState State, TimeProvider Clock)
    {
        public async Task<IResult> SwitchAsync(string id, bool on)
        {
            var note = Context.Features.Get<CallNote>()!;
            note.Target = Printable.Line(id, 80);
            var (watched, problem) = await Watchlist.ResolveAsync(id, Context.RequestAborted).ConfigureAwait(false);
            if (watched is null)
            {
                return problem!;
            }

            var connection = watched.Connection;
            note.Target = connection.Name;
            if (connection.Source == ConnectionSource.File)
            {
                await Watchlist.SwitchAsync(connection.Name, on).ConfigureAwait(false);
            }
            else if (connection.IsActive != on)
            {
                var changed = await Connections.ChangeAsync(
                    connection.Id, c => c with { IsActive = on }, Context.RequestAborted).ConfigureAwait(false);
                if (!changed.Success)
                {
                    return Problem.Of(changed.Error);
                }

                await Watchlist.WrittenAsync(changed.Value).ConfigureAwait(false);
            }

            if (!on)
            {
                return TypedResults.Ok(new ConnectView(connection.Id, "disconnected", null));
            }

            if (Watchlist.Find(connection.Id) is not { Host: { } host })
            {
                return Problem.Of(
                    409, "Not watched", $"{connection.Name} is not watched: {Watchlist.Find(connection.Id)?.Idle ?? "it was deleted"}.");
            }

            await Fleet.ConnectNowAsync(host.Name, Patience, Context.RequestAborted).ConfigureAwait(false);
            return TypedResults.Ok(State.Find(host.Name) switch
            {
                { Connection.Up: true } => new ConnectView(connection.Id, "connected", null),
                { Connection.Failure: not null } failed => new ConnectView(connection.Id, "failed", failed.Problem(Clock.Now())),
                _ => new ConnectView(connection.Id, "connecting", null),
            });
        }

        public async Task<IResult> AnswerAsync<T>(string id, Func<WatchedConnection, T> answer)
        {
            var (watched, problem) = await Watchlist.ResolveAsync(id, Context.RequestAborted).ConfigureAwait(false);
            return watched is null ? problem! : TypedResults.Ok(answer(watched));
        }

        public ConnectionStatusView StatusOf(WatchedConnection watched)
        {
            var (id, name) = (watched.Connection.Id, watched.Connection.Name);
            var now = Clock.Now();
            return watched.Host is null || State.Find(name) is not { } host
                ? new ConnectionStatusView(id, name, false, watched.Idle ?? "connecting", null, null)
                : new ConnectionStatusView(
                    id, name, host.Connection.Up, host.Connection.Up ? null : host.Problem(now), host.LastSeen?.TimeAsOf(now),
                    host.Connection.Since.TimeAsOf(now));
        }

        public ConnectionGpusView GpusOf(WatchedConnection watched)
        {
            var now = Clock.Now();
            var host = watched.Host is null ? null : State.Find(watched.Host.Name);
            var processes = host?.Get<GpuProcessesReading>(now);
            return host?.Get<GpuReading>(now) is { } reading
                ? new ConnectionGpusView(watched.Connection.Id, host.Outcomes["gpu"].ReadingAt?.TimeAsOf(now), GpuView.Of(reading, processes))
                : new ConnectionGpusView(watched.Connection.Id, null, []);
        }
    }
}

/// <param name="Status">connecting, connected, failed or disconnected.</param>
/// <param name="Reason">Why it failed, in one line; null where it did not.</param>
internal sealed record ConnectView(string Id, string Status, string? Reason);

/// <param name="Reason">Why it is not connected, in one line; null while it is.</param>
/// <param name="LastSeen">When it last sent something; null where it has not since the service watches it.</param>
/// <param name="Since">Since when it is connected, or is not; null where it is not watched.</param>
internal sealed record ConnectionStatusView(string Id, string Name, bool Connected, string? Reason, DateTimeOffset? LastSeen, DateTimeOffset? Since);

/// <param name="CollectedAt">Null where there is no reading, or none that is fresh.</param>
internal sealed record ConnectionGpusView(string Id, DateTimeOffset? CollectedAt, IReadOnlyList<GpuView> Gpus);
