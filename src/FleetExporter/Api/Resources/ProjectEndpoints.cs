using System.Text.Json;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Store;

namespace FleetExporter.Api.Resources;

/// <summary>Projects on connections.</summary>
internal static class ProjectEndpoints
{
    private const string One = "/api/dgx/projects/{id}";

    public static void MapProjects(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/dgx/projects", (
            [AsParameters] Call call, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "connection_id")] string? connection,
            string? limit, string? cursor) =>
                call.ListAsync(connection, limit, cursor))
            .Needs(Scope.Read).Produces<Listing<ProjectView>>()
            .WithSummary("Projects; connection_id filters by connection.");

        routes.MapPost("/api/dgx/projects", ([AsParameters] Call call) => call.AddAsync())
            .Needs(Scope.Control).Audits(ControlAction.ProjectCreate).Takes<ProjectView>().Produces<ProjectView>(StatusCodes.Status201Created)
            .WithSummary("Creates a project on a connection.");

        routes.MapGet(One, ([AsParameters] Call call, string id) => call.FindAsync(id))
            .Needs(Scope.Read).Produces<ProjectView>()
            .WithSummary("One project with its jobs.");

        routes.MapPut(One, ([AsParameters] Call call, string id) => call.ChangeAsync(id))
            .Needs(Scope.Control).Audits(ControlAction.ProjectChange).Takes<ProjectView>().Produces<ProjectView>()
            .WithSummary("Updates the given fields; null clears a field.");

        routes.MapDelete(One, ([AsParameters] Call call, string id, string? cascade) => call.RemoveAsync(id, cascade))
            .Needs(Scope.Control).Audits(ControlAction.ProjectDelete).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Deletes a project; cascade=true also deletes its jobs.");
    }

    internal sealed record Call(HttpContext Context, Projects Projects, Jobs Jobs, Connections Connections, Watchlist Watchlist)
    {
        public async Task<IResult> ListAsync(string? connection, string? limit, string? cursor)
        {
            if (!Listing.TryPage(limit, cursor, out var count, out var problem))
            {
                return problem;
            }

            string? of = null;
            if (connection is not null)
            {
                await Watchlist.ReadyAsync(Context.RequestAborted).ConfigureAwait(false);
                var found = connection.Any(char.IsControl)
                    ? new StoreError.NotFound("connection")
                    : await Connections.FindAsync(connection, Context.RequestAborted).ConfigureAwait(false);
                if (!found.Success)
                {
                    return Problem.Of(found.Error);
                }

                of = found.Value.Id;
            }

            var page = await Projects.ListAsync(of, count, cursor, Context.RequestAborted).ConfigureAwait(false);
            return page.Success
                ? TypedResults.Ok(new Listing<ProjectView>([.. page.Value.Items.Select(ProjectView.Of)], page.Value.NextCursor))
                : Problem.Of(page.Error);
        }

        public async Task<IResult> FindAsync(string id)
        {
            var found = await Projects.FindAsync(id, Context.RequestAborted).ConfigureAwait(false);
            if (!found.Success)
            {
                return Problem.Of(found.Error);
            }

            var jobs = await Jobs.ListAsync(found.Value.Id, null, Page<Job>.MaxItems, null, Context.RequestAborted).ConfigureAwait(false);
            return jobs.Success
                ? TypedResults.Ok(ProjectView.Of(found.Value) with { Jobs = [.. jobs.Value.Items.Select(JobView.Of)] })
                : Problem.Of(jobs.Error);
        }

        public async Task<IResult> AddAsync()
        {
            var (change, refused) = await ReadAsync(isNew: true).ConfigureAwait(false);
            if (change is null)
            {
                return refused!;
            }

            var requested = change(new Project { Name = "", ConnectionId = "" });
            return await Context.AuditAsync(new AuditDetails(Printable.Line(requested.Name, 100)), async () =>
            {
                await Watchlist.ReadyAsync(Context.RequestAborted).ConfigureAwait(false);
                var added = await Projects.AddAsync(requested, Context.RequestAborted).ConfigureAwait(false);
                return added.Success ? TypedResults.Created($"/api/dgx/projects/{added.Value.Id}", ProjectView.Of(added.Value))
                    : added.Error is StoreError.NotFound ? Problem.Unprocessable("connection_id", "There is no such connection.")
                    : Problem.Of(added.Error);
            }).ConfigureAwait(false);
        }

        public Task<IResult> ChangeAsync(string id) => Context.AuditAsync(new AuditDetails(Printable.Line(id, 100)), async () =>
        {
            var (change, refused) = await ReadAsync(isNew: false).ConfigureAwait(false);
            if (change is null)
            {
                return refused!;
            }

            var changed = await Projects.ChangeAsync(id, change, Context.RequestAborted).ConfigureAwait(false);
            return changed.Success ? TypedResults.Ok(ProjectView.Of(changed.Value)) : Problem.Of(changed.Error);
        });

        public Task<IResult> RemoveAsync(string id, string? cascade) => Context.AuditAsync(new AuditDetails(Printable.Line(id, 100)), async () =>
        {
            if (!QueryFlag.TryRead(cascade, "cascade", out var withAll, out var problem))
            {
                return problem;
            }

            var removed = await Projects.RemoveAsync(id, withAll == true, Context.RequestAborted).ConfigureAwait(false);
            return removed.Success ? TypedResults.NoContent() : Problem.Of(removed.Error);
        });

        private async Task<(Func<Project, Project>? Change, IResult? Refused)> ReadAsync(bool isNew)
        {
            var (body, problem) = await JsonBody.ReadObjectAsync(Context).ConfigureAwait(false);
            if (body is not JsonElement json)
            {
                return (null, problem);
            }

            if (!isNew && json.TryGetProperty("connection_id", out _))
            {
                return (null, Problem.Unprocessable("connection_id", "The connection of a project cannot be changed; omit this field."));
            }

            var (change, errors) = (isNew ? ProjectBody.New : ProjectBody.Change).Read(json, isNew);
            return (change, change is null ? Problem.Unprocessable(errors) : null);
        }
    }
}
