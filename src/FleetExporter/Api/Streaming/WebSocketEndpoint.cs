using System.Net.WebSockets;
using FleetExporter.Api.Access;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Streaming;

namespace FleetExporter.Api.Streaming;

/// <summary>A WebSocket that sends hosts, the overview and events as they change. Messages from the client are ignored.</summary>
internal static class WebSocketEndpoint
{
    /// <summary>Interval of pings, and the time within which a pong must arrive.</summary>
    public static readonly WebSocketOptions Options =
        new() { KeepAliveInterval = TimeSpan.FromSeconds(15), KeepAliveTimeout = TimeSpan.FromSeconds(60) };

    /// <summary>Over HTTP/2 browsers use CONNECT.</summary>
    private static readonly string[] Methods = ["GET", "CONNECT"];

    public static void MapWebSocket(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/ws", Methods, ([AsParameters] Call call, HostFeed hosts) => call.AnswerAsync("ws", hosts.Log, 0, hosts.Update))
            .Needs(Scope.Read).TakesTicket().Produces(StatusCodes.Status101SwitchingProtocols)
            .WithSummary("A WebSocket: the current state first, then hosts and the overview as they change, and events.");

        routes.MapMethods("/ws/agents", Methods, ([AsParameters] Call call, AgentFeed agents) =>
                call.AnswerAsync(AgentFeed.Stream, agents.Log, agents.Update(), static () => { }))
            .Needs(Scope.Read).TakesTicket().Produces(StatusCodes.Status101SwitchingProtocols)
            .WithSummary("A WebSocket: what the agents of all gateways do from now on: runs, tools, messages, sessions, cron jobs.");
    }

    internal sealed record Call(
        HttpContext Context, StreamClients Clients, OneSecondTimer Timer, AuthenticationMiddleware Authentication, TimeProvider Clock,
        IHostApplicationLifetime Life)
    {
        /// <param name="stream">Of <see cref="StreamClients"/>.</param>
        /// <param name="cursor">Where the reader begins in the log.</param>
        /// <param name="update">Brings the log up to date for a new reader.</param>
        public async Task<IResult> AnswerAsync(string stream, LiveLog log, long cursor, Action update)
        {
            if (!Context.WebSockets.IsWebSocketRequest)
            {
                Context.Response.Headers.Upgrade = "websocket";
                return Problem.Of(426, "Not a WebSocket", "This endpoint is a WebSocket: open it with ws:// or wss://.");
            }

            using var place = Clients.TryEnter(stream);
            if (place is null)
            {
                return GpuStreamEndpoint.TooMany(Context);
            }

            using var socket = await Context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(Context.RequestAborted, Life.ApplicationStopping);
            var listening = ListenAsync(socket, ended);
            update();
            var reader = new LiveReader(Context, log, Timer, Authentication, Clock, static () => true, ended.Token);
            var end = await reader.RunAsync(cursor, null, new Output(socket, reader).WriteAsync, static () => Task.CompletedTask)
                .ConfigureAwait(false);
            await CloseAsync(socket, end, listening).ConfigureAwait(false);
            return TypedResults.Empty;
        }

        private static async Task CloseAsync(WebSocket socket, StreamEnd end, Task listening)
        {
            var (status, reason) = socket.State == WebSocketState.CloseReceived ? (WebSocketCloseStatus.NormalClosure, "")
                : end == StreamEnd.Closed ? (WebSocketCloseStatus.EndpointUnavailable, "service is shutting down")
                : (WebSocketCloseStatus.PolicyViolation, "credentials revoked");
            try
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
                if (end != StreamEnd.Stuck && socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                {
                    await socket.CloseOutputAsync(status, reason, limit.Token).ConfigureAwait(false);
                    await listening.WaitAsync(limit.Token).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or InvalidOperationException)
            {
                // A client that reads nothing receives no close message either.
            }

            socket.Abort();
            await listening.ConfigureAwait(false);
        }

        private static async Task ListenAsync(WebSocket socket, CancellationTokenSource ended)
        {
            var buffer = new byte[1024];
            try
            {
                // Cancelling the receive would abort the connection before the close message is sent.
                while ((await socket.ReceiveAsync(
                    buffer.AsMemory(), CancellationToken.None).ConfigureAwait(false)).MessageType != WebSocketMessageType.Close)
                {
                }
            }
            catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or InvalidOperationException)
            {
                // The connection is gone.
            }

            await ended.CancelAsync().ConfigureAwait(false);
        }
    }

    private sealed class Output(WebSocket socket, LiveReader reader)
    {
        private static readonly byte[] Reset = [.. """{"event":"reset","data":null}"""u8];

        public async Task<long> WriteAsync(LiveChanges changes)
        {
            if (changes.Lost)
            {
                await SendAsync(Reset, last: true).ConfigureAwait(false);
                return 0;
            }

            for (var i = 0; i < changes.Entries.Count; i++)
            {
                var entry = changes.Entries[i];
                var hosts = entry.Kind == HostFeed.Host;
                await SendAsync(
                    System.Text.Encoding.UTF8.GetBytes($$"""{"event":"{{(hosts ? "hosts_update" : entry.Kind)}}","data":{{(hosts ? "[" : "")}}"""),
                    last: false).ConfigureAwait(false);
                var waited = await SendAsync(entry.Json, last: false).ConfigureAwait(false);

                // Consecutive hosts are sent as one message.
                while (hosts && i + 1 < changes.Entries.Count && changes.Entries[i + 1] is { Kind: HostFeed.Host } next)
                {
                    await SendAsync(","u8.ToArray(), last: false).ConfigureAwait(false);
                    waited |= await SendAsync(next.Json, last: false).ConfigureAwait(false);
                    i++;
                }

                waited |= await SendAsync((hosts ? "]}"u8 : "}"u8).ToArray(), last: true).ConfigureAwait(false);
                if (waited)
                {
                    return changes.Entries[i].Version;
                }
            }

            return changes.Cursor;
        }

        private Task<bool> SendAsync(byte[] text, bool last) =>
            reader.AcceptedAsync(socket.SendAsync(text.AsMemory(), WebSocketMessageType.Text, last, CancellationToken.None).AsTask());
    }
}
