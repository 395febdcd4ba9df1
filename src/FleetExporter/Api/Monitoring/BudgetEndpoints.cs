using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Api.Resources;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Control;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;
using FleetExporter.Views.Agents;

namespace FleetExporter.Api.Monitoring;

/// <summary>
/// The budgets of gateways, their agents and their cron jobs. Those set here replace those of fleet.yml, in every exporter that shares the store.
/// </summary>
internal static class BudgetEndpoints
{
    private const string Path = $"{MonitoringEndpoints.Prefix}/budgets";

    public static void MapBudgets(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, ([AsParameters] Call call, string? gateway) => call.ListAsync(gateway))
            .Needs(Scope.Read).Produces<MonitoredList<BudgetView>>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("All budgets, with what has been spent of them.");

        routes.MapPut(Path, ([AsParameters] Call call) => call.SetAsync())
            .Needs(Scope.Admin).Audits(ControlAction.BudgetChange).Takes<BudgetForm>().Produces<BudgetView>()
            .WithSummary("Sets a budget, which replaces that of fleet.yml. If-Match takes the ETag of the list.");

        routes.MapDelete(
                Path, ([AsParameters] Call call, string? gateway, string? agent, string? cron, string? period) =>
                    call.RemoveAsync(gateway, agent, cron, period))
            .Needs(Scope.Admin).Audits(ControlAction.BudgetDelete).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Removes a budget set by the API, so that the one of fleet.yml applies, or none.");
    }

    internal sealed record Call(HttpContext Context, LimitList Limits, TargetList Targets, FleetState State, TimeProvider Clock)
    {
        public async Task<IResult> ListAsync(string? gateway)
        {
            await Limits.ReadyAsync(Context.RequestAborted).ConfigureAwait(false);
            ETags.Set(Context, Limits.StoredBudgets);
            var gateways = Gateways();
            var budgets = Limits.Budgets.Where(b => gateway is null || b.Budget.Key.Gateway == gateway).ToList();
            return gateway is not null && budgets.Count == 0 && !gateways.ContainsKey(gateway)
                ? Problem.NotFound("gateway", Printable.Line(gateway, 80))
                : TypedResults.Ok(new MonitoredList<BudgetView>([.. budgets.Select(b => ViewOf(b, gateways))]));
        }

        public async Task<IResult> SetAsync()
        {
            var (body, unreadable) = await JsonBody.ReadObjectAsync(Context).ConfigureAwait(false);
            await Targets.ReadyAsync(Context.RequestAborted).ConfigureAwait(false);
            var names = Targets.All.Where(t => t.Kind == BudgetKey.GatewayKind).Select(t => t.Name).Distinct().ToList();
            var (budget, errors) = body is { } json ? LimitBody.Budget(json, names) : (null, []);
            var details = Details(budget is null ? "" : FormattableString.Invariant($"{budget.Key} {budget.Usd}"));
            return await Context.AuditAsync(details, async () =>
                budget is not null ? await SetAsync(budget).ConfigureAwait(false) : unreadable ?? Problem.Unprocessable(errors))
                .ConfigureAwait(false);
        }

        public Task<IResult> RemoveAsync(string? gateway, string? agent, string? cron, string? period)
        {
            var known = Enum.GetValues<BudgetPeriod>().Where(p => Words.Of(p) == period).Select(p => (BudgetPeriod?)p).FirstOrDefault();
            var key = new BudgetKey(gateway ?? "", OrNull(agent), OrNull(cron), known ?? BudgetPeriod.Day);
            return Context.AuditAsync(Details($"{key}"), async () =>
            {
                if (key.Gateway.Length == 0)
                {
                    return Problem.Invalid("gateway", "Give the name of the gateway.");
                }

                if (known is null)
                {
                    return Problem.Invalid("period", $"Give {string.Join(" or ", Words.All<BudgetPeriod>())}.");
                }

                var expected = ETags.OfList<StoredBudget>(Context);
                var removed = await Limits.RemoveAsync(key, expected, Context.RequestAborted).ConfigureAwait(false);
                return removed.Success ? TypedResults.NoContent() : Problem.Of(removed.Error);
            });
        }

        private async Task<IResult> SetAsync(Budget budget)
        {
            var row = new StoredBudget(budget, Context.Caller().Name, default);
            var expected = ETags.OfList<StoredBudget>(Context);
            var set = await Limits.SetAsync(row, expected, Context.RequestAborted).ConfigureAwait(false);
            if (!set.Success)
            {
                return Problem.Of(set.Error);
            }

            ETags.Set(Context, Limits.StoredBudgets);
            return TypedResults.Ok(ViewOf(new ActiveBudget(budget, set.Value), Gateways()));
        }

        private Dictionary<string, MonitoredGateway> Gateways() =>
            MonitoredGateway.All(State, Clock.Now()).ToDictionary(g => g.Name, StringComparer.Ordinal);

        private BudgetView ViewOf(ActiveBudget budget, Dictionary<string, MonitoredGateway> gateways) =>
            BudgetView.Of(budget, gateways.GetValueOrDefault(budget.Budget.Key.Gateway), Clock.GetUtcNow());

        private static AuditDetails Details(string text) => new(Printable.Line(text, 100));

        private static string? OrNull(string? text) => string.IsNullOrEmpty(text) ? null : text;
    }
}
