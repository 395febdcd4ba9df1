using System.Text.Json;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Polling;
using FleetExporter.Streaming;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api.Streaming;

/// <summary>Receives the pushes of devices.</summary>
internal static class PushEndpoint
{
    public static void MapPush(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/push-sse", (HttpContext context, DeviceSet devices) => AnswerAsync(context, devices))
            .Needs(Scope.Push).Takes<LiveGpu>().Produces<PushView>()
            .WithSummary("Replaces the GPUs of a device; needs the device's own key.");

    private static async Task<IResult> AnswerAsync(HttpContext context, DeviceSet devices)
    {
        if (context.Caller().Device is not { } device)
        {
            return Problem.Of(
                403, "Not a device", "A push needs a device's own key, which identifies the device: see devices in fleet.yml.");
        }

        var (pushed, problem) = await ReadAsync(context).ConfigureAwait(false);
        if (pushed is null)
        {
            devices.Refused(device);
            return problem!;
        }

        return devices.Push(device, [.. pushed.Select((gpu, i) => gpu.ToGpu(i))])
            ? TypedResults.Ok(new PushView(true))
            : Problem.Of(403, "Not a device", "The device is no longer in fleet.yml.");
    }

    private static async Task<(IReadOnlyList<LiveGpu>? Gpus, ProblemHttpResult? Problem)> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > PushBody.MaxBytes)
        {
            return (null, TooLarge());
        }

        try
        {
            using var body = new MemoryStream();
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted).ConfigureAwait(false)) > 0)
            {
                body.Write(buffer, 0, read);
                if (body.Length > PushBody.MaxBytes)
                {
                    return (null, TooLarge());
                }
            }

            var (gpus, errors) = PushBody.Read(body.GetBuffer().AsMemory(0, (int)body.Length));
            return errors.Count == 0 ? (gpus, null) : (null, Problem.Unprocessable(errors));
        }
        catch (BadHttpRequestException e)
        {
            return (null, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLarge() : Unreadable("it ended early"));
        }
        catch (JsonException)
        {
            return (null, Unreadable("it cannot be parsed"));
        }
        catch (InvalidOperationException)
        {
            // The name of a field contains an unpaired surrogate.
            return (null, Unreadable("a field name is not valid text"));
        }
    }

    private static ProblemHttpResult TooLarge() => Problem.Of(413, "Too large", $"A push may have at most {PushBody.MaxBytes / 1024} KiB.");

    private static ProblemHttpResult Unreadable(string reason) => Problem.Of(400, "Unreadable body", $"The body is not JSON: {reason}.");
}

internal sealed record PushView(bool Success);
