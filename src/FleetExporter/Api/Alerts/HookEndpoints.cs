using System.Text.Json;
using FleetExporter.Access;
using FleetExporter.Alerting;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Parsing;

namespace FleetExporter.Api.Alerts;

/// <summary>Webhooks for Alertmanager: <c>/hooks/watchdog</c>, and one for each of its receivers.</summary>
internal static class HookEndpoints
{
    private static readonly Dictionary<string, AlertSilence> NoSilences = [];

    public static void MapHooks(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/hooks/{receiver}", TakeAsync)
            .Needs(Scope.Push).Takes<System.Text.Json.Nodes.JsonObject>().Produces(StatusCodes.Status204NoContent)
            .WithSummary("Alertmanager webhook: records the Watchdog and publishes firing and resolved alerts to subscribers.");

    private static async Task<IResult> TakeAsync(HttpContext context, string receiver, Watchdog watchdog, AlertFeed feed, AlertSync watch)
    {
        if (context.Features.Get<Caller>() is { Device: not null })
        {
            return Problem.Of(403, "Not for devices", "A device's key may only push that device's GPUs.");
        }

        if (receiver.Length > 64 || !receiver.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            return Problem.Of(404, "Unknown receiver", "A receiver name is 1 to 64 letters, digits, - and _.");
        }

        var (body, problem) = await JsonBody.ReadAsync<JsonDocument>(context).ConfigureAwait(false);
        if (body is null)
        {
            return problem!;
        }

        using var document = body;
        IReadOnlyList<(FiringAlert Alert, bool Fires)> notifications;
        try
        {
            notifications = AlertmanagerResponses.Notification(document.RootElement);
        }
        catch (TargetFailureException e)
        {
            return Problem.Unprocessable("alerts", e.Message);
        }

        foreach (var (alert, fires) in notifications)
        {
            Take(alert, fires);
        }

        watch.Wake();
        return TypedResults.NoContent();

        void Take(FiringAlert alert, bool fires)
        {
            if (alert.Labels.GetValueOrDefault("alertname") == Watchdog.Alert)
            {
                if (fires)
                {
                    watchdog.Seen();
                }
            }
            else if (fires)
            {
                feed.Add(AlertView.Of(alert, NoSilences));
            }
            else
            {
                feed.Clear(alert.Id);
            }
        }
    }
}
