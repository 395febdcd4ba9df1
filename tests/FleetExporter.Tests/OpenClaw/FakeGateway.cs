using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>A gateway that replays recorded answers and misbehaves on request.</summary>
internal sealed class FakeGateway : IAsyncDisposable
{
    public const string Token = "TOKEN";

    private readonly WebApplication _app;
    private readonly CancellationTokenSource _end = new();
    private int _open;
    private int _connections;

    private FakeGateway(WebApplication app) => _app = app;

    public Uri Url { get; private set; } = null!;

    /// <summary>Version whose answers are replayed: empty for the newer one, or 2026.5.28.</summary>
    public string Version { get; set; } = "";

    /// <summary>Open connections.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>All connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>All requests: method and parameters.</summary>
    public ConcurrentQueue<(string Method, string Parameters)> Requests { get; } = new();

    /// <summary>Headers of the last upgrade.</summary>
    public IHeaderDictionary Headers { get; private set; } = new HeaderDictionary();

    /// <summary>The first message; null to send none.</summary>
    public string? Challenge { get; set; } = """{"type":"event","event":"connect.challenge","payload":{"nonce":"n","ts":1795231901546}}""";

    /// <summary>Sent instead of hello-ok.</summary>
    public string? LoginError { get; set; }

    public int TickMs { get; set; } = 30000;

    /// <summary>Answers a request instead of the recorded answer if it returns true.</summary>
    public Func<string, ServerConnection, Task<bool>>? AnswerOverride { get; set; }

    /// <summary>Status and body of /readyz.</summary>
    public (int Status, string Body) Ready { get; set; } = (200, """{"ready":true,"failing":[],"uptimeMs":60000}""");

    public static async Task<FakeGateway> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var gateway = new FakeGateway(app);
        app.UseWebSockets();
        app.MapGet("/healthz", () => Results.Text("""{"ok":true,"status":"live"}""", "application/json"));
        app.MapGet("/readyz", () => Results.Text(gateway.Ready.Body, "application/json", Encoding.UTF8, gateway.Ready.Status));
        app.MapGet("/startupz", () => Results.Text("""{"ok":true,"status":"started","version":"2026.9.6","uptimeMs":60000}""", "application/json"));
        app.Map("/", gateway.ServeAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        gateway.Url = new Uri(address.Replace("http:", "ws:", StringComparison.Ordinal));
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        if (_end.IsCancellationRequested)
        {
            return;
        }

        await _end.CancelAsync();
        await _app.StopAsync(new CancellationToken(true));
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        Headers = context.Request.Headers;
        Interlocked.Increment(ref _connections);
        Interlocked.Increment(ref _open);
        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await ServeAsync(new ServerConnection(socket, _end.Token));
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The client disconnected.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task ServeAsync(ServerConnection connection)
    {
        if (Challenge is not null)
        {
            await connection.TextAsync(Challenge);
        }

        while (await connection.NextAsync() is { } message)
        {
            var request = JsonElement.Parse(message);
            var (id, method) = (request.GetProperty("id").GetString()!, request.GetProperty("method").GetString()!);
            Requests.Enqueue((method, request.GetProperty("params").GetRawText()));
            if (method == "connect")
            {
                await connection.TextAsync(LoginError?.Replace("\"ID\"", $"\"{id}\"", StringComparison.Ordinal)
                    ?? (request.GetProperty("params").GetProperty("auth").Text("token") == Token
                    ? Answer(id, """{"type":"hello-ok","protocol":4,"server":{"version":"2026.9.6"},"policy":"""
                        + $$$"""{"maxPayload":1000000,"tickIntervalMs":{{{TickMs}}}}}""")
                    : Error(id, """{"code":"INVALID_REQUEST","message":"no","details":{"code":"AUTH_TOKEN_MISMATCH"}}""")));
                if (LoginError is not null)
                {
                    await connection.CloseAsync(WebSocketCloseStatus.PolicyViolation);
                }
            }
            else if (AnswerOverride is null || !await AnswerOverride(method, connection.For(id)))
            {
                await connection.TextAsync(Recorded(id, method));
            }
        }
    }

    private string Recorded(string id, string method)
    {
        var file = GatewayFixture.All.FirstOrDefault(f => f == (Version.Length > 0 ? $"{Version}/{method}" : method));
        return file is null
            ? Error(id, """{"code":"FORBIDDEN","message":"missing scope","details":{"code":"MISSING_SCOPE","missingScope":"operator.admin"}}""")
            : Answer(id, GatewayFixture.Payload(file).GetRawText());
    }

    public static string Answer(string id, string payload) => $$"""{"type":"res","id":"{{id}}","ok":true,"payload":{{payload}}}""";

    public static string Error(string id, string error) => $$"""{"type":"res","id":"{{id}}","ok":false,"error":{{error}}}""";

    /// <summary>The server side of one connection.</summary>
    internal sealed class ServerConnection(WebSocket socket, CancellationToken end, string id = "")
    {
        public string Id => id;

        public ServerConnection For(string request) => new(socket, end, request);

        public Task TextAsync(string text, bool whole = true) =>
            socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, whole, end);

        public Task CloseAsync(WebSocketCloseStatus status) => socket.CloseOutputAsync(status, "bye", end);

        public void Abort() => socket.Abort();

        public async Task<string?> NextAsync()
        {
            var text = new StringBuilder();
            var buffer = new byte[8192];
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(), end);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, end);
                    return null;
                }

                text.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
                if (part.EndOfMessage)
                {
                    return text.ToString();
                }
            }
        }
    }
}
