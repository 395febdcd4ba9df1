using System.Net.WebSockets;
using System.Text.Json;

namespace FleetExporter.OpenClaw.Simulation;

/// <summary>
/// Server side of OpenClaw's protocol 4: a challenge, <c>hello-ok</c> to <c>connect</c> with any token, then one answer per request.
/// Its HTTP endpoints report it live and ready.
/// </summary>
/// <param name="answers">The payload by method, parameters and time; null for an unknown method.</param>
internal sealed class SimulatedGateway(TimeProvider clock, Func<string, JsonElement, DateTimeOffset, object?> answers)
{
    /// <summary>As a target.</summary>
    public const string Name = "openclaw";

    private const int MaxRequest = 64 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => Results.Json(new { ok = true, status = "live" }));
        routes.MapGet("/readyz", () =>
            Results.Json(new { ready = true, failing = Array.Empty<string>(), uptimeMs = GatewayAnswers.Uptime(clock.GetUtcNow()) }));
        routes.MapGet("/startupz", () =>
            Results.Json(
                new { ok = true, status = "started", version = GatewayAnswers.Version, uptimeMs = GatewayAnswers.Uptime(clock.GetUtcNow()) }));
        routes.MapGet("/", (HttpContext context) =>
            context.WebSockets.IsWebSocketRequest ? ServeAsync(context) : Task.FromResult(context.Response.StatusCode = 426));
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        using var sending = new SemaphoreSlim(1, 1);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var stop = ended.Token;
        var runs = Task.CompletedTask;
        try
        {
            await SendAsync(
                new
                {
                    type = "event",
                    @event = "connect.challenge",
                    payload = new { nonce = Guid.NewGuid(), ts = clock.GetUtcNow().ToUnixTimeMilliseconds() }
                }).ConfigureAwait(false);
            while (await ReceiveAsync(socket, stop).ConfigureAwait(false) is { } request)
            {
                using (request)
                {
                    await SendAsync(Answer(request.RootElement)).ConfigureAwait(false);
                    if (runs == Task.CompletedTask)
                    {
                        runs = SimulatedRuns.RunAsync(
                            (name, payload) => SendAsync(new { type = "event", @event = name, payload }), clock, stop);
                    }
                }
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, stop).ConfigureAwait(false);
        }
        catch (Exception e)
            when (e is WebSocketException or OperationCanceledException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // The client disconnected or violated the protocol.
            socket.Abort();
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await runs.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task SendAsync(object frame)
        {
            await sending.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(frame), WebSocketMessageType.Text, endOfMessage: true, stop)
                    .ConfigureAwait(false);
            }
            finally
            {
                sending.Release();
            }
        }
    }

    private object Answer(JsonElement request)
    {
        var (id, method) = (request.GetProperty("id").GetString(), request.GetProperty("method").GetString()!);
        var payload = method == "connect"
            ? Hello()
            : answers(method, request.TryGetProperty("params", out var given) ? given : default, clock.GetUtcNow());
        return payload is null
            ? new { type = "res", id, ok = false, error = new { code = "INVALID_REQUEST", message = $"unknown method: {method}" } }
            : new { type = "res", id, ok = true, payload };
    }

    private object Hello() => new
    {
        type = "hello-ok",
        protocol = 4,
        server = new { version = GatewayAnswers.Version, buildId = "simulated", connId = Guid.NewGuid() },
        features = new { methods = Array.Empty<string>(), events = Array.Empty<string>() },
        snapshot = new { uptimeMs = GatewayAnswers.Uptime(clock.GetUtcNow()) },
        auth = new { method = "token", role = "operator", scopes = new[] { "operator.read" } },
        policy = new { maxPayload = 26_214_400, tickIntervalMs = 30_000 },
    };

    private static async Task<JsonDocument?> ReceiveAsync(WebSocket socket, CancellationToken stop)
    {
        var buffer = new byte[MaxRequest];
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(length), stop).ConfigureAwait(false);
            length += received.Count;
            if (received.MessageType == WebSocketMessageType.Close || (length == MaxRequest && !received.EndOfMessage))
            {
                return null;
            }

            if (received.EndOfMessage)
            {
                return JsonDocument.Parse(buffer.AsMemory(0, length));
            }
        }
    }
}
