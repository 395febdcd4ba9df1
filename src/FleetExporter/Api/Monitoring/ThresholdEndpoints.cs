using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Api.Resources;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Control;
using FleetExporter.Store;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api.Monitoring;

/// <summary>
/// The thresholds of the alert rules and of the overview. Those set here replace those of fleet.yml, in every exporter that shares the store.
/// </summary>
internal static class ThresholdEndpoints
{
    private const string All = $"{MonitoringEndpoints.Prefix}/thresholds";
    private const string One = $"{All}/{{name}}";

    public static void MapThresholds(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(All, ([AsParameters] Call call) => call.ListAsync())
            .Needs(Scope.Read).Produces<MonitoredList<ThresholdView>>()
            .WithSummary("All thresholds, with their defaults and sources.");

        routes.MapPut(One, ([AsParameters] Call call, string name) => call.SetAsync(name))
            .Needs(Scope.Admin).Audits(ControlAction.ThresholdChange).Takes<ThresholdForm>().Produces<ThresholdView>()
            .WithSummary("Sets a threshold, which replaces that of fleet.yml. If-Match takes the ETag of the list.");

        routes.MapDelete(One, ([AsParameters] Call call, string name) => call.RemoveAsync(name))
            .Needs(Scope.Admin).Audits(ControlAction.ThresholdDelete).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Removes a threshold set by the API, so that the value of fleet.yml applies.");
    }

    internal sealed record Call(HttpContext Context, LimitList Limits, LiveConfig Config)
    {
        public async Task<IResult> ListAsync()
        {
            await Limits.ReadyAsync(Context.RequestAborted).ConfigureAwait(false);
            ETags.Set(Context, Limits.StoredThresholds);
            return TypedResults.Ok(new MonitoredList<ThresholdView>([.. Threshold.All.Select(ViewOf)]));
        }

        public async Task<IResult> SetAsync(string name)
        {
            if (Threshold.Find(name) is not { } threshold)
            {
                return await Context.AuditAsync(Details(name), () => Task.FromResult<IResult>(Unknown(name))).ConfigureAwait(false);
            }

            var (body, unreadable) = await JsonBody.ReadObjectAsync(Context).ConfigureAwait(false);
            var (value, errors) = body is { } json ? LimitBody.Threshold(threshold, json) : (null, []);
            return await Context.AuditAsync(Details(FormattableString.Invariant($"{name} {value}")), async () =>
                value is { } valid ? await SetAsync(threshold, valid).ConfigureAwait(false) : unreadable ?? Problem.Unprocessable(errors))
                .ConfigureAwait(false);
        }

        public Task<IResult> RemoveAsync(string name) => Context.AuditAsync(Details(name), async () =>
        {
            if (Threshold.Find(name) is null)
            {
                return Unknown(name);
            }

            var expected = ETags.OfList<StoredThreshold>(Context);
            var removed = await Limits.RemoveAsync(name, expected, Context.RequestAborted).ConfigureAwait(false);
            return removed.Success ? TypedResults.NoContent() : Problem.Of(removed.Error);
        });

        private async Task<IResult> SetAsync(Threshold threshold, double value)
        {
            var row = new StoredThreshold(threshold.Name, value, Context.Caller().Name, default);
            var expected = ETags.OfList<StoredThreshold>(Context);
            var set = await Limits.SetAsync(row, expected, Context.RequestAborted).ConfigureAwait(false);
            if (!set.Success)
            {
                return Problem.Of(set.Error);
            }

            ETags.Set(Context, Limits.StoredThresholds);
            return TypedResults.Ok(ViewOf(threshold));
        }

        private ThresholdView ViewOf(Threshold threshold) => ThresholdView.Of(threshold, Config, Limits);

        private static AuditDetails Details(string text) => new(Printable.Line(text.TrimEnd(), 100));

        private static ProblemHttpResult Unknown(string name)
        {
            var names = Threshold.All.Select(t => t.Name).ToList();
            var hint = Suggestion.For(name, names) is { } meant ? $"did you mean {meant}?" : $"there are {string.Join(", ", names)}.";
            return Problem.Of(404, "Unknown threshold", $"There is no threshold called {Printable.Line(name, 80)}; {hint}");
        }
    }
}
