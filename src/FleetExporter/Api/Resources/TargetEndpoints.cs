using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Api.Resources;

/// <summary>Services, providers, gateways and tunnels: those of fleet.yml and those created here. Read from memory.</summary>
internal static class TargetEndpoints
{
    private const string One = "/api/targets/{kind}/{name}";

    public static void MapTargets(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/targets", ([AsParameters] Call call, string? kind, string? host, string? limit, string? cursor) =>
                call.ListAsync(kind, host, limit, cursor))
            .Needs(Scope.Read).Produces<Listing<TargetView>>()
            .WithSummary("All targets: those of fleet.yml and those created by the API.");

        routes.MapGet(One, ([AsParameters] Call call, string kind, string name) => call.FindAsync(kind, name))
            .Needs(Scope.Read).Produces<TargetView>()
            .WithSummary("One target in full; name may be the id of a target created by the API.");

        routes.MapPost("/api/targets", ([AsParameters] Call call) => call.AddAsync())
            .Needs(Scope.Admin).Audits(ControlAction.TargetCreate).Takes<TargetForm>().Produces<TargetView>(StatusCodes.Status201Created)
            .WithSummary("Creates a target with the keys of fleet.yml; if active, it is polled from now on.");

        routes.MapPut(One, ([AsParameters] Call call, string kind, string name) => call.ChangeAsync(kind, name))
            .Needs(Scope.Admin).Audits(ControlAction.TargetChange).Takes<TargetForm>().Produces<TargetView>()
            .WithSummary("Updates the given keys; null restores a default. If-Match takes the ETag of GET.");

        routes.MapDelete(One, ([AsParameters] Call call, string kind, string name) => call.RemoveAsync(kind, name))
            .Needs(Scope.Admin).Audits(ControlAction.TargetDelete).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Deletes a target created by the API.");
    }

    /// <summary>Reads the request's body; the kind of a new target is checked.</summary>
    public static async Task<(TargetChange? Change, IResult? Problem)> ReadAsync(HttpContext context, BodyTable<TargetChange> table)
    {
        var (json, unreadable) = await JsonBody.ReadObjectAsync(context).ConfigureAwait(false);
        if (json is not { } body)
        {
            return (null, unreadable);
        }

        var (change, errors) = table.Read(body, isNew: true);
        return change is null ? (null, Problem.Unprocessable(errors)) : (change(new TargetChange()), null);
    }

    internal sealed record Call(HttpContext Context, TargetList Targets, TargetEdits Edits, FleetState State, TimeProvider Clock)
    {
        public async Task<IResult> ListAsync(string? kind, string? host, string? limit, string? cursor)
        {
            if (kind is not null && WatchedTarget.KindOf(kind) is null)
            {
                return Problem.Invalid("kind", $"{Printable.Line(kind, 20)} is no kind of target");
            }

            await Targets.ReadyAsync(Context.RequestAborted).ConfigureAwait(false);
            var now = Clock.Now();
            return Listing.Of(
                Targets.All.Where(t => (kind is null || t.Kind == kind) && (host is null || t.Host == host))
                    .Select(t => (Key: $"{t.Kind}/{t.Name}/{t.Row?.Id}", Target: t))
                    .OrderBy(t => t.Key, StringComparer.Ordinal),
                t => t.Key, t => TargetView.Of(t.Target, State, now), limit, cursor);
        }

        public async Task<IResult> FindAsync(string kind, string name)
        {
            var found = await Targets.ResolveAsync(kind, name, Context.RequestAborted).ConfigureAwait(false);
            return found.Success ? Answer(found.Value) : Problem.Of(found.Error);
        }

        public async Task<IResult> AddAsync()
        {
            var (change, problem) = await ReadAsync(Context, TargetBody.New).ConfigureAwait(false);
            if (change is null)
            {
                return problem!;
            }

            return await Context.AuditAsync(Details(change.Kind!.Name, change.Name), async () =>
                await Edits.AddAsync(change, Context.RequestAborted).ConfigureAwait(false) switch
                {
                    TargetEdit.Done done => TypedResults.Created(
                        $"/api/targets/{done.Row.Kind}/{Uri.EscapeDataString(done.Row.Name)}", ViewOf(done)),
                    var failed => ProblemOf(failed),
                }).ConfigureAwait(false);
        }

        public Task<IResult> ChangeAsync(string kind, string name) => Context.AuditAsync(Details(kind, name), async () =>
        {
            if (WatchedTarget.KindOf(kind) is not { } known)
            {
                return Problem.NotFound("kind of target", Printable.Line(kind, 20));
            }

            var (change, problem) = await ReadAsync(Context, TargetBody.Of(known)).ConfigureAwait(false);
            return change is null ? problem!
                : await Edits.ChangeAsync(known, name, change, ETags.OfTarget(Context), Context.RequestAborted).ConfigureAwait(false) switch
                {
                    TargetEdit.Done done => TypedResults.Ok(ViewOf(done)),
                    var failed => ProblemOf(failed),
                };
        });

        public Task<IResult> RemoveAsync(string kind, string name) => Context.AuditAsync(Details(kind, name), async () =>
            WatchedTarget.KindOf(kind) is not { } known ? Problem.NotFound("kind of target", Printable.Line(kind, 20))
            : await Edits.RemoveAsync(known, name, ETags.OfTarget(Context), Context.RequestAborted).ConfigureAwait(false) switch
            {
                TargetEdit.Done => TypedResults.NoContent(),
                var failed => ProblemOf(failed),
            });

        private TargetView ViewOf(TargetEdit.Done done)
        {
            ETags.Set(Context, done.Row);
            var watched = Targets.Find(done.Row.Kind, done.Row.Id)
                ?? new WatchedTarget(done.Row.Kind, done.Row.Name, null, done.Row, "it was deleted");
            return TargetView.Of(watched, State, Clock.Now());
        }

        private Microsoft.AspNetCore.Http.HttpResults.Ok<TargetView> Answer(WatchedTarget target)
        {
            if (target.Row is { } row)
            {
                ETags.Set(Context, row);
            }

            return TypedResults.Ok(TargetView.Of(target, State, Clock.Now(), hasDetail: true));
        }

        private static AuditDetails Details(string kind, string? name) => new(Printable.Line($"{kind} {name}", 100));

        private static IResult ProblemOf(TargetEdit edit) => edit switch
        {
            TargetEdit.Invalid invalid => Problem.Unprocessable(invalid.Errors),
            TargetEdit.Failed failed => Problem.Of(failed.Error),
            _ => throw new InvalidOperationException($"{edit.GetType().Name} has no response."),
        };
    }
}
