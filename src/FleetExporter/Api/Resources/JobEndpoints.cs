using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Control.Training;
using FleetExporter.Store;

namespace FleetExporter.Api.Resources;

/// <summary>Training jobs in the store.</summary>
internal static class JobEndpoints
{
    private const string One = "/api/dgx/jobs/{id}";

    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/dgx/jobs", ([AsParameters] Call call, string? project_id, string? status, string? limit, string? cursor) =>
                call.ListAsync(project_id, status, limit, cursor))
            .Needs(Scope.Read).Produces<Listing<JobView>>()
            .WithSummary("Jobs, optionally filtered by project and status.");

        routes.MapPost("/api/dgx/jobs", ([AsParameters] Call call) => call.AddAsync())
            .Needs(Scope.Control).Audits(ControlAction.JobCreate).Takes<JobView>().Produces<JobView>(StatusCodes.Status201Created)
            .WithSummary("Creates a job without starting it; start it, or report its status if it runs elsewhere.");

        routes.MapGet(One, ([AsParameters] Call call, string id) => call.FindAsync())
            .Needs(Scope.Read).Produces<JobView>()
            .WithSummary("One job, by its id or name.");

        routes.MapPut(One, ([AsParameters] Call call, string id) => call.ChangeAsync())
            .Needs(Scope.Control).Audits(ControlAction.JobChange).Takes<JobView>().Produces<JobView>()
            .WithSummary("Updates the given fields; metrics are merged, and null clears a field or metric.");

        routes.MapDelete(One, ([AsParameters] Call call, string id) => call.RemoveAsync())
            .Needs(Scope.Control).Audits(ControlAction.JobDelete).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Deletes a job that has no tmux session.");
    }

    internal sealed record Call(HttpContext Context, Jobs Jobs, JobPlaces Places, Projects Projects, JobFollower Follower)
    {
        private string Key => RawPath.Segment(Context.Request, 0);

        private AuditDetails Details => new(Printable.Line(Key, 100));

        public async Task<IResult> ListAsync(string? projectId, string? status, string? limit, string? cursor)
        {
            if (!Listing.TryPage(limit, cursor, out var count, out var problem))
            {
                return problem;
            }

            JobStatus? state = null;
            if (status is not null
                && (state = Enum.GetValues<JobStatus>().Where(s => Words.Of(s) == status).Select(s => (JobStatus?)s).FirstOrDefault()) is null)
            {
                return Problem.Invalid("status", $"Give one of {string.Join(", ", Words.All<JobStatus>())}.");
            }

            if (projectId is not null)
            {
                var project = projectId.Length > 200 || projectId.Any(char.IsControl)
                    ? new StoreError.NotFound("project")
                    : await Projects.FindAsync(projectId, Context.RequestAborted).ConfigureAwait(false);
                if (!project.Success)
                {
                    return Problem.Of(project.Error);
                }

                projectId = project.Value.Id;
            }

            var page = await Jobs.ListAsync(projectId, state, count, cursor, Context.RequestAborted).ConfigureAwait(false);
            return page.Success
                ? TypedResults.Ok(new Listing<JobView>([.. page.Value.Items.Select(JobView.Of)], page.Value.NextCursor))
                : Problem.Of(page.Error);
        }

        public async Task<IResult> FindAsync()
        {
            var found = await Places.FindAsync(Key, Context.RequestAborted).ConfigureAwait(false);
            return found.Success ? TypedResults.Ok(JobView.Of(found.Value)) : Problem.Of(found.Error);
        }

        public async Task<IResult> AddAsync()
        {
            var (change, refused) = await ReadAsync(JobBody.New, isNew: true).ConfigureAwait(false);
            if (change is null)
            {
                return refused!;
            }

            var job = change(new Job { ProjectId = "", Name = "" });
            return await Context.AuditAsync(new AuditDetails(job.Name), async () =>
            {
                var added = await Jobs.AddAsync(job, Context.RequestAborted).ConfigureAwait(false);
                return added.Success
                    ? TypedResults.Created($"/api/dgx/jobs/{added.Value.Id}", JobView.Of(await ShownAsync(added.Value).ConfigureAwait(false)))
                    : added.Error is StoreError.NotFound ? Problem.Unprocessable("project_id", "There is no such project.")
                    : Problem.Of(added.Error);
            }).ConfigureAwait(false);
        }

        public async Task<IResult> ChangeAsync()
        {
            var (change, refused) = await ReadAsync(JobBody.Change, isNew: false).ConfigureAwait(false);
            if (change is null)
            {
                return refused!;
            }

            return await Context.AuditAsync(Details, async () =>
            {
                var found = await Places.FindAsync(Key, Context.RequestAborted).ConfigureAwait(false);
                var changed = found.Success
                    ? await Jobs.ReportAsync(found.Value.Id, change, Context.RequestAborted).ConfigureAwait(false)
                    : found;
                return changed.Success
                    ? TypedResults.Ok(JobView.Of(await ShownAsync(changed.Value).ConfigureAwait(false)))
                    : Problem.Of(changed.Error);
            }).ConfigureAwait(false);
        }

        public Task<IResult> RemoveAsync() => Context.AuditAsync(Details, async () =>
        {
            var found = await Places.FindAsync(Key, Context.RequestAborted).ConfigureAwait(false);
            var removed = found.Success ? await Jobs.RemoveAsync(found.Value.Id, Context.RequestAborted).ConfigureAwait(false) : found;
            if (!removed.Success)
            {
                return Problem.Of(removed.Error);
            }

            await ShownAsync(removed.Value).ConfigureAwait(false);
            return TypedResults.NoContent();
        });

        private async Task<(Func<Job, Job>? Change, IResult? Refused)> ReadAsync(BodyTable<Job> table, bool isNew)
        {
            var (body, unreadable) = await JsonBody.ReadObjectAsync(Context).ConfigureAwait(false);
            if (body is not { } json)
            {
                return (null, unreadable);
            }

            var (change, errors) = table.Read(json, isNew);
            return change is null ? (null, Problem.Unprocessable(errors)) : (change, null);
        }

        /// <summary>Returns it after a metrics refresh.</summary>
        private async Task<Job> ShownAsync(Job job)
        {
            await Follower.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
            return job;
        }
    }
}
