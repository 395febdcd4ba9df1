using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Views;

namespace FleetExporter.Api.Resources;

/// <summary>Starts and stops monitoring of connections; serves their status and GPUs from memory, without the store.</summary>
internal static class WatchEndpoints
{
    public static void MapWatching(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/dgx/connect/{id}", ([AsParameters] Call call, string id) => call.SwitchAsync(id, call.Watch.ConnectAsync))
            .Needs(Scope.Control).Audits(ControlAction.Connect).Produces<ConnectView>()
            .WithSummary("Starts monitoring a connection; retries immediately if it is failing.");

        routes.MapPost("/api/dgx/disconnect/{id}", ([AsParameters] Call call, string id) => call.SwitchAsync(id, call.Watch.DisconnectAsync))
            .Needs(Scope.Control).Audits(ControlAction.Disconnect).Produces<ConnectView>()
            .WithSummary("Stops monitoring a connection.");

        routes.MapGet("/api/dgx/status", ([AsParameters] Call call, string? limit, string? cursor) =>
                Listing.Of(call.Watchlist.All, w => w.Connection.Id, call.StatusOf, limit, cursor))
            .Needs(Scope.Read).Produces<Listing<ConnectionStatusView>>()
            .WithSummary("Status of all connections.");

        routes.MapGet("/api/dgx/status/{id}", ([AsParameters] Call call, string id) => call.AnswerAsync(id, call.StatusOf))
            .Needs(Scope.Read).Produces<ConnectionStatusView>()
            .WithSummary("Status of one connection.");

        routes.MapGet("/api/dgx/metrics/{id}", ([AsParameters] Call call, string id) => call.AnswerAsync(id, call.GpusOf))
            .Needs(Scope.Read).Produces<ConnectionGpusView>()
            .WithSummary("GPUs of one connection, from the last reading.");
    }

    internal sealed record Call(HttpContext Context, Watchlist Watchlist, WatchConnection Watch, FleetState State, TimeProvider Clock)
    {
        /// <param name="act">Connects or disconnects.</param>
        public async Task<IResult> SwitchAsync(string id, Func<AuditedCall, string, CancellationToken, Task<WatchOutcome>> act) =>
            await act(Context.AuditedCall(), id, Context.RequestAborted).ConfigureAwait(false) switch
            {
                WatchOutcome.Connected connected => TypedResults.Ok(new ConnectView(connected.Id, "connected", null)),
                WatchOutcome.Connecting connecting => TypedResults.Ok(new ConnectView(connecting.Id, "connecting", null)),
                WatchOutcome.NotConnected failed => TypedResults.Ok(new ConnectView(failed.Id, "failed", failed.Reason)),
                WatchOutcome.Disconnected disconnected => TypedResults.Ok(new ConnectView(disconnected.Id, "disconnected", null)),
                WatchOutcome.NotWatched idle => Problem.Of(409, "Not watched", $"{idle.Name} is not watched: {idle.Reason}."),
                WatchOutcome.StoreFailed failed => Problem.Of(failed.Error),
                var other => throw new InvalidOperationException($"{other.GetType().Name} has no response."),
            };

        public async Task<IResult> AnswerAsync<T>(string id, Func<WatchedConnection, T> answer)
        {
            var found = await Watchlist.ResolveAsync(id, Context.RequestAborted).ConfigureAwait(false);
            return found.Success ? TypedResults.Ok(answer(found.Value)) : Problem.Of(found.Error);
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
            return host?.Get<GpuReading>(now) is not null
                ? new ConnectionGpusView(watched.Connection.Id, host.Outcomes["gpu"].ReadingAt?.TimeAsOf(now), GpuView.Of(host, now))
                : new ConnectionGpusView(watched.Connection.Id, null, []);
        }
    }
}

/// <param name="Status">connecting, connected, failed or disconnected.</param>
/// <param name="Reason">Why it failed, in one line; null if it did not.</param>
internal sealed record ConnectView(string Id, string Status, string? Reason);

/// <param name="Reason">Why it is not connected, in one line; null while it is.</param>
/// <param name="LastSeen">When it last sent data; null if never since monitoring started.</param>
/// <param name="Since">Time of the last status change; null if not monitored.</param>
internal sealed record ConnectionStatusView(string Id, string Name, bool Connected, string? Reason, DateTimeOffset? LastSeen, DateTimeOffset? Since);

/// <param name="CollectedAt">Null without a fresh reading.</param>
internal sealed record ConnectionGpusView(string Id, DateTimeOffset? CollectedAt, IReadOnlyList<GpuView> Gpus);
