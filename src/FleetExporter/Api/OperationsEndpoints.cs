using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api;

/// <summary>Health, reload and service discovery.</summary>
internal static class OperationsEndpoints
{
    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/-/healthy", () => TypedResults.Text("healthy\n"))
            .IsOpen().Produces<string>(contentType: "text/plain").WithSummary("200 while the process runs.");

        routes.MapGet("/-/ready", (FleetState state, Watchlist watchlist, Database database) =>
                !watchlist.IsApplied || !watchlist.Hosts.All(h => state.Find(h.Name) is not null)
                ? Problem.Of(503, "Not ready", "The host monitors have not started yet.")
                : database.Breaker.Error is null ? Results.Text("ready\n")
                : Results.Text("ready\nThe store is unavailable: calls that need it answer 503. See the service's log.\n"))
            .IsOpen().Produces<string>(contentType: "text/plain")
            .WithSummary("200 once every host has a monitor, whether or not the hosts answer. A second line while the store is unavailable.");

        routes.MapPost("/-/reload", Results<Ok<ReloadView>, ProblemHttpResult> (LiveConfig config) => Reload(config))
            .Needs(Scope.Admin).Audits(ControlAction.Reload)
            .WithSummary("Reloads fleet.yml. A file with errors changes nothing; the response lists all errors.");

        routes.MapGet("/sd/hosts", (HttpRequest request, Watchlist watchlist) =>
            TypedResults.Ok(watchlist.Hosts.OrderBy(h => h.Name, StringComparer.Ordinal).Select(h => Target.Of(h, request.Host.Value!)).ToList()))
            .Needs(Scope.Read)
            .WithSummary("The hosts as targets for Prometheus' http_sd_configs, scraped through /probe.");
    }

    private static Results<Ok<ReloadView>, ProblemHttpResult> Reload(LiveConfig config)
    {
        var result = config.Reload();
        return result.Success
            ? TypedResults.Ok(new ReloadView(result.Warnings))
            : TypedResults.Problem(
                "The previous configuration stays active.", statusCode: 422, title: "fleet.yml has errors",
                extensions: new Dictionary<string, object?>
                {
                    ["errors"] = new Dictionary<string, string[]> { ["fleet.yml"] = [.. result.Errors.Select(e => e.ToString())] }
                });
    }
}

internal sealed record ReloadView(IReadOnlyList<string> Warnings);

/// <summary>One target group of Prometheus' HTTP service discovery.</summary>
internal sealed record Target(IReadOnlyList<string> Targets, IReadOnlyDictionary<string, string> Labels)
{
    /// <param name="exporter">Address of this service as the client reached it.</param>
    public static Target Of(HostConfig host, string exporter)
    {
        var labels = host.Labels.ToDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal);
        labels["__metrics_path__"] = "/probe";
        labels["__param_target"] = host.Name;
        labels["host"] = host.Name;
        return new Target([exporter], labels);
    }
}
