using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Control;

namespace FleetExporter.Api.Actions;

/// <summary>Releases the GPUs of a host for a driver update or a reset, and watches them again.</summary>
internal static class GpuReleaseEndpoints
{
    public static void MapGpuRelease(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/hosts/{host}/gpu/release", ReleaseAsync)
            .Needs(Scope.Control).Audits(ControlAction.GpuRelease).Takes<ReleaseBody>().Produces<ReleaseView>()
            .WithSummary("Ends every nvidia-smi of the exporter on the host and starts none for some minutes.");

        routes.MapDelete("/api/hosts/{host}/gpu/release", async (HttpContext context, ReleaseGpus gpus, string host) =>
                ResultOf(await gpus.EndAsync(context.AuditedCall(), host).ConfigureAwait(false), host))
            .Needs(Scope.Control).Audits(ControlAction.GpuReleaseEnd).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Watches the GPUs of the host again.");
    }

    private static async Task<IResult> ReleaseAsync(HttpContext context, ReleaseGpus gpus, string host)
    {
        var (body, problem) = await JsonBody.ReadAsync<ReleaseBody>(context).ConfigureAwait(false);
        if (body is null)
        {
            var details = new AuditDetails(Printable.Line(host, 80));
            return await context.AuditAsync(details, () => Task.FromResult<IResult>(problem!)).ConfigureAwait(false);
        }

        return ResultOf(
            await gpus.ReleaseAsync(context.AuditedCall(), host, body.Minutes, context.RequestAborted).ConfigureAwait(false), host);
    }

    private static IResult ResultOf(ReleaseOutcome outcome, string host) => outcome switch
    {
        ReleaseOutcome.Released released => TypedResults.Ok(new ReleaseView(released.Host, released.Until, released.IsFree)),
        ReleaseOutcome.Ended => TypedResults.NoContent(),
        ReleaseOutcome.NotReleased => Problem.Of(409, "Not released", $"The GPUs of {Printable.Line(host, 80)} are watched already."),
        ReleaseOutcome.UnknownHost => Problem.NotFound("host", host),
        ReleaseOutcome.NotPolled refused => Problem.Of(
            409, "Nothing to release", $"The exporter does not run nvidia-smi on {Printable.Line(host, 80)}: {refused.Reason}."),
        ReleaseOutcome.Invalid invalid => Problem.Unprocessable(invalid.Field, invalid.Message),
        _ => throw new InvalidOperationException($"{outcome.GetType().Name} has no response."),
    };
}

/// <param name="Minutes">1 to 1440.</param>
internal sealed record ReleaseBody(int? Minutes);

/// <param name="Free">Whether no process of the exporter uses the driver any more; false while the last one is ending.</param>
internal sealed record ReleaseView(string Host, DateTimeOffset Until, bool Free);
