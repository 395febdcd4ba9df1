using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Streaming;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace FleetExporter.Api.Streaming;

/// <summary>Server-sent events: one JSON object per GPU and update.</summary>
internal static class GpuStreamEndpoint
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static void MapGpuStream(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/gpu/stream", ([AsParameters] Call call, string? host) => call.AnswerAsync(host))
            .Needs(Scope.Read).TakesTicket().Produces<LiveGpu>(contentType: "text/event-stream")
            .WithSummary("Server-sent events: one object per GPU and update, the current state first. host selects one.");

    internal static IResult TooMany(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "10";
        return Problem.Of(503, "Too many readers", $"This stream already has its maximum of {StreamClients.MaxClients} clients; try again later.");
    }

    internal sealed record Call(
        HttpContext Context, FleetState State, GpuFeed Feed, StreamClients Clients, OneSecondTimer Timer,
        AuthenticationMiddleware Authentication, TimeProvider Clock, IHostApplicationLifetime Life)
    {
        public async Task<IResult> AnswerAsync(string? host)
        {
            if (host is not null && State.Find(host) is null)
            {
                return Problem.NotFound("host", Printable.Line(host, 80));
            }

            using var place = Clients.TryEnter("gpu");
            if (place is null)
            {
                return TooMany(Context);
            }

            using var ended = CancellationTokenSource.CreateLinkedTokenSource(Context.RequestAborted, Life.ApplicationStopping);
            var reader = new LiveReader(
                Context, Feed.Log, Timer, Authentication, Clock, () => host is null || State.Find(host) is not null, ended.Token);
            var response = Context.Response;
            response.ContentType = "text/event-stream";
            response.Headers["X-Accel-Buffering"] = "no";
            if (Context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            {
                // LiveReader decides when a reader is too slow.
                rate.MinDataRate = null;
            }

            var output = new Output(response.BodyWriter, Feed, reader, Clock);
            await reader.RunAsync(
                Feed.CursorOf(Context.Request.Headers["Last-Event-ID"].ToString()), host, output.WriteAsync, output.IdleAsync).ConfigureAwait(false);
            if (output.IsStuck)
            {
                // The reader does not accept even an orderly end.
                Context.Abort();
            }

            return TypedResults.Empty;
        }
    }

    private sealed class Output(PipeWriter body, GpuFeed feed, LiveReader reader, TimeProvider clock)
    {
        /// <summary>Number of bytes written before waiting for the reader.</summary>
        private const int FlushSize = 32 * 1024;

        private long? _wrote;

        public bool IsStuck { get; private set; }

        public async Task<long> WriteAsync(LiveChanges changes)
        {
            foreach (var entry in changes.Entries)
            {
                body.Write(Encoding.ASCII.GetBytes($"id: {feed.IdOf(entry)}\ndata: "));
                body.Write(entry.Json);
                body.Write("\n\n"u8);
                if (body.UnflushedBytes >= FlushSize && await FlushAsync().ConfigureAwait(false))
                {
                    return entry.Version;
                }
            }

            await FlushAsync().ConfigureAwait(false);
            return changes.Cursor;
        }

        /// <summary>The first comment sends the headers, so that a client knows that it is connected.</summary>
        public async Task IdleAsync()
        {
            if (_wrote is not { } at || clock.GetElapsedTime(at) >= Heartbeat)
            {
                body.Write(":\n\n"u8);
                await FlushAsync().ConfigureAwait(false);
            }
        }

        private async Task<bool> FlushAsync()
        {
            IsStuck = true;
            var waited = await reader.AcceptedAsync(body.FlushAsync().AsTask()).ConfigureAwait(false);
            IsStuck = false;
            _wrote = clock.GetTimestamp();
            return waited;
        }
    }
}
