using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Store;

namespace FleetExporter.Api.Resources;

/// <summary>Connections: hosts of fleet.yml and those created here.</summary>
internal static class ConnectionEndpoints
{
    private const string One = "/api/dgx/connections/{id}";

    public static void MapConnections(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/dgx/connections", ([AsParameters] Call call, string? limit, string? cursor) => call.ListAsync(limit, cursor))
            .Needs(Scope.Read).Produces<Listing<ConnectionView>>()
            .WithSummary("All connections: hosts of fleet.yml and those created by the API.");

        routes.MapPost("/api/dgx/connections", ([AsParameters] Call call) => call.AddAsync())
            .Needs(Scope.Admin).Audits(ControlAction.ConnectionCreate).Takes<ConnectionView>().Produces<ConnectionView>(StatusCodes.Status201Created)
            .WithSummary("Creates a connection; if active, monitoring starts immediately.");

        routes.MapGet(One, ([AsParameters] Call call, string id) => call.FindAsync(id))
            .Needs(Scope.Read).Produces<ConnectionView>()
            .WithSummary("One connection, with an ETag.");

        routes.MapPut(One, ([AsParameters] Call call, string id) => call.ChangeAsync(id))
            .Needs(Scope.Admin).Audits(ControlAction.ConnectionChange).Takes<ConnectionView>().Produces<ConnectionView>()
            .WithSummary("Updates the given fields; null clears a field. With If-Match, 412 if the connection has changed.");

        routes.MapDelete(One, ([AsParameters] Call call, string id, string? cascade) => call.RemoveAsync(id, cascade))
            .Needs(Scope.Admin).Audits(ControlAction.ConnectionDelete).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Deletes a connection; cascade=true also deletes its projects and jobs.");
    }

    internal sealed record Call(
        HttpContext Context, Connections Connections, Watchlist Watchlist, ExporterInstance Self, LiveConfig Config, AuditLog Log)
    {
        public async Task<IResult> ListAsync(string? limit, string? cursor)
        {
            if (!Listing.TryPage(limit, cursor, out var count, out var problem))
            {
                return problem;
            }

            await Watchlist.ReadyAsync(Context.RequestAborted).ConfigureAwait(false);
            var page = await Connections.ListAsync(count, cursor, Context.RequestAborted).ConfigureAwait(false);
            return page.Success
                ? TypedResults.Ok(new Listing<ConnectionView>([.. page.Value.Items.Select(ConnectionView.Of)], page.Value.NextCursor))
                : Problem.Of(page.Error);
        }

        public async Task<IResult> FindAsync(string id)
        {
            await Watchlist.ReadyAsync(Context.RequestAborted).ConfigureAwait(false);
            var found = await Connections.FindAsync(id, Context.RequestAborted).ConfigureAwait(false);
            return found.Success ? TypedResults.Ok(ETags.Set(Context, ConnectionView.Of(found.Value))) : Problem.Of(found.Error);
        }

        public async Task<IResult> AddAsync()
        {
            var (change, refused) = await ReadAsync(isNew: true).ConfigureAwait(false);
            if (change is null)
            {
                return refused!;
            }

            var requested = change(new Connection { Name = "", Hostname = "" });
            return await Context.AuditAsync(new AuditDetails(requested.Name), async () =>
            {
                var added = NameConflict(requested.Name) ?? await Connections.AddAsync(requested, Context.RequestAborted).ConfigureAwait(false);
                if (!added.Success)
                {
                    return Problem.Of(added.Error);
                }

                await Watchlist.SyncAsync(CancellationToken.None).ConfigureAwait(false);
                return TypedResults.Created($"/api/dgx/connections/{added.Value.Id}", ETags.Set(Context, ConnectionView.Of(added.Value)));
            }).ConfigureAwait(false);
        }

        public Task<IResult> ChangeAsync(string id) => Context.AuditAsync(new AuditDetails(Printable.Line(id, 80)), async () =>
        {
            var (change, refused) = await ReadAsync(isNew: false).ConfigureAwait(false);
            if (change is null)
            {
                return refused!;
            }

            var found = await WritableAsync(id, allowRemoved: false).ConfigureAwait(false);
            if (!found.Success)
            {
                return Problem.Of(found.Error);
            }

            var after = change(found.Value);
            var changed = (after.Name == found.Value.Name ? null : NameConflict(after.Name))
                ?? await Connections.ChangeAsync(found.Value.Id, change, Context.RequestAborted, ETags.OfConnection(Context)).ConfigureAwait(false);
            if (!changed.Success)
            {
                return changed.Error is StoreError.Changed
                    ? await ETags.ChangedAsync(Log, found.Value, Context.RequestAborted).ConfigureAwait(false)
                    : Problem.Of(changed.Error);
            }

            await Watchlist.WrittenAsync(changed.Value).ConfigureAwait(false);
            return TypedResults.Ok(ETags.Set(Context, ConnectionView.Of(changed.Value)));
        });

        public Task<IResult> RemoveAsync(string id, string? cascade) => Context.AuditAsync(new AuditDetails(Printable.Line(id, 80)), async () =>
        {
            if (!QueryFlag.TryRead(cascade, "cascade", out var withAll, out var problem))
            {
                return problem;
            }

            var found = await WritableAsync(id, allowRemoved: true).ConfigureAwait(false);
            var removed = found.Success
                ? await Connections.RemoveAsync(found.Value.Id, withAll == true, Context.RequestAborted).ConfigureAwait(false)
                : found;
            if (!removed.Success)
            {
                return Problem.Of(removed.Error);
            }

            await Watchlist.SyncAsync(CancellationToken.None).ConfigureAwait(false);
            return TypedResults.NoContent();
        });

        private async Task<(Func<Connection, Connection>? Change, IResult? Refused)> ReadAsync(bool isNew)
        {
            var (body, problem) = await JsonBody.ReadObjectAsync(Context).ConfigureAwait(false);
            if (body is not { } json)
            {
                return (null, problem);
            }

            var (change, errors) = ConnectionBody.Table(Config.Current.KeyFolders).Read(json, isNew);
            return (change, change is null ? Problem.Unprocessable(errors) : null);
        }

        /// <param name="allowRemoved">Allow hosts removed from fleet.yml.</param>
        private async Task<StoreResult<Connection>> WritableAsync(string id, bool allowRemoved)
        {
            await Watchlist.ReadyAsync(Context.RequestAborted).ConfigureAwait(false);
            var found = await Connections.FindAsync(id, Context.RequestAborted).ConfigureAwait(false);
            return found.Value is not { Source: ConnectionSource.File } host ? found
                : host.Owner is { } owner && owner != Self.Id
                    ? new StoreError.Conflict("source", $"{host.Name} is a host of another exporter that shares the store; change it there")
                : allowRemoved && Config.Current.Hosts.All(h => h.Name != host.Name) ? found
                : new StoreError.Conflict("source", $"{host.Name} is a host of fleet.yml; change it there");
        }

        private StoreResult<Connection>? NameConflict(string name) =>
            !Config.Current.Names.Contains(name, StringComparer.Ordinal) ? default(StoreResult<Connection>)
            : new StoreError.Conflict("name", $"the name {name} is already used in fleet.yml; choose another");
    }
}
