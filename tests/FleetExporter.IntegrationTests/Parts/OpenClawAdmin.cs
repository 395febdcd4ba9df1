using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A gateway client with all scopes, which creates the work that the exporter should publish.</summary>
internal sealed class OpenClawAdmin : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonNode>> _waiting = new();
    private Task _receiving = Task.CompletedTask;
    private int _id;

    public static async Task<OpenClawAdmin> ConnectAsync(Uri url, string token)
    {
        var admin = new OpenClawAdmin();
        await admin._socket.ConnectAsync(url, TestContext.Current.CancellationToken);
        await admin.NextAsync();
        admin._receiving = admin.ReceiveAsync();
        await admin.CallAsync("connect", $$$"""
            {"minProtocol":4,"maxProtocol":4,"client":{"id":"cli","version":"1","platform":"linux","mode":"cli"},
            """
            + $$$"""
            "role":"operator","scopes":["operator.admin"],"auth":{"token":"{{{token}}}"}}
            """);
        return admin;
    }

    /// <summary>The payload of the answer; fails the test when it is an error.</summary>
    public async Task<JsonNode> CallAsync(string method, string parameters = "{}")
    {
        var answer = await TryAsync(method, parameters);
        Assert.True(answer["ok"]!.GetValue<bool>(), $"{method} {parameters}: {answer}");
        return answer["payload"]!;
    }

    /// <summary>The whole answer, an error too.</summary>
    public async Task<JsonNode> TryAsync(string method, string parameters = "{}", TimeSpan? limit = null)
    {
        var id = $"{Interlocked.Increment(ref _id)}";
        var answer = _waiting[id] = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _socket.SendAsync(
            Encoding.UTF8.GetBytes($$"""{"type":"req","id":"{{id}}","method":"{{method}}","params":{{parameters}}}"""),
            WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        return await answer.Task.WaitAsync(limit ?? TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    /// <summary>One turn of an agent, to its end.</summary>
    public Task<JsonNode> TurnAsync(string message, string session = "main", string? model = null, string agent = "main") => TryAsync(
        "agent",
        $$"""{"message":"{{message}}","agentId":"{{agent}}","sessionKey":"agent:{{agent}}:"""
            + $$"""{{session}}","idempotencyKey":"{{Guid.NewGuid()}}"{{(model is null ? "" : $",\"model\":\"{model}\"")}}}""");

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
    }

    private async Task ReceiveAsync()
    {
        while (true)
        {
            var message = await NextAsync();

            // A turn is accepted first and answered later, under one id.
            if (message["type"]?.GetValue<string>() == "res" && (message["payload"] as JsonObject)?["status"]?.ToString() != "accepted"
                && _waiting.TryRemove(message["id"]!.GetValue<string>(), out var answer))
            {
                answer.SetResult(message);
            }
        }
    }

    private async Task<JsonNode> NextAsync()
    {
        using var message = new MemoryStream();
        var buffer = new byte[65536];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);

        return JsonNode.Parse(message.ToArray())!;
    }
}
