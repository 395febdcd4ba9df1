using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FleetExporter.Tests.Remote;

namespace FleetExporter.IntegrationTests.Hostile;

/// <summary>Attacks by an OpenClaw gateway: on the upgrade to a WebSocket, on the login and behind it.</summary>
internal static class GatewayAttacks
{
    private static readonly byte[] Block = Encoding.ASCII.GetBytes(new string('a', 64 * 1024));

    private static readonly string More = string.Join(',', Enumerable.Range(0, 13).Select(i => $"\"name of property {i}\":0"));

    private static readonly Lazy<byte[]> Rows = new(() => Encoding.ASCII.GetBytes(
        string.Join(',', Enumerable.Range(0, 9_000).Select(Row))));

    public static IEnumerable<TargetAttack> All { get; } =
    [
        new("GatewayHeader", "gateways", "too_large", "", s => s.Script("/", (o, stop) => EndlessAsync(o, "101 X\r\nX: ", stop))),
        new("GatewayBody", "gateways", "protocol", "", s => s.Script("/", (o, stop) => EndlessAsync(o, "200 X\r\n\r\n", stop))),
        new("GatewayNoise", "gateways", "protocol", "", s => s.Script("/", async (o, stop) =>
        {
            await UpgradeAsync(s, o, stop);
            await HttpAttacks.EndlessAsync(o, "", "\u0003\u0007~", stop);
        })),
        Raw("GatewayHugeFirst", "too_large", "more than 262144 bytes", EndlessMessageAsync),
        Raw("GatewayNoChallenge", "timeout", "", (_, stop) => Task.Delay(Timeout.Infinite, stop)),
        Gateway("GatewayHuge", "too_large", "more than 4194304 bytes", EndlessMessageAsync),
        Gateway("GatewayDeepJson", "protocol", "not JSON", async (s, stop) =>
        {
            await SayAsync(s, new string('[', 100_000) + new string(']', 100_000), stop);
            await Task.Delay(Timeout.Infinite, stop);
        }),
        Gateway("GatewayManyValues", "too_large", "more than 400000 JSON values", async (s, stop) =>
        {
            await SayAsync(s, $"[{string.Join(',', Enumerable.Repeat(0, 1_000_000))}]", stop);
            await Task.Delay(Timeout.Infinite, stop);
        }),
        Gateway("GatewayWrongIds", "timeout", "", async (s, stop) =>
        {
            for (var i = 1000; ; i++)
            {
                await SayAsync(s, $$$"""{"type":"res","id":"{{{i}}}","ok":true,"payload":{}}""", stop);
            }
        }),
        Gateway("GatewaySilence", "timeout", "", (_, stop) => Task.Delay(Timeout.Infinite, stop)),
        Gateway("GatewayLargeAnswers", "", "", AnswerAsync),
        Gateway("GatewayEventFlood", "", "", FloodAsync),
    ];

    private static string Row(int i) =>
        $$"""{"key":"agent:a:{{i}}","id":"{{i}}","agentId":"a","status":"running","name":"n","totalTokens":1e308,{{More}}}""";

    private static Task EndlessAsync(Stream stream, string status, CancellationToken stop) =>
        HttpAttacks.EndlessAsync(stream, "HTTP/1.1 " + status, "a", stop);

    private static TargetAttack Raw(string name, string reason, string message, Func<WebSocket, CancellationToken, Task> play) =>
        new(name, "gateways", reason, message, server => server.Script("/", async (stream, stop) =>
        {
            await UpgradeAsync(server, stream, stop);
            using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
            try
            {
                await play(socket, stop);
            }
            catch (WebSocketException e)
            {
                throw new IOException(e.Message, e);
            }
        }));

    private static TargetAttack Gateway(string name, string reason, string message, Func<WebSocket, CancellationToken, Task> play) =>
        Raw(name, reason, message, async (socket, stop) =>
        {
            await SayAsync(socket, """{"type":"event","event":"connect.challenge","payload":{"nonce":"n","ts":1}}""", stop);
            await HearAsync(socket, stop);
            await SayAsync(
                socket,
                """
                {"type":"res","id":"connect","ok":true,
                "payload":{"type":"hello-ok","protocol":4,"policy":{"maxPayload":1e308,"tickIntervalMs":1e308}}}
                """,
                stop);
            await play(socket, stop);
        });

    [SuppressMessage("Security", "CA5350", Justification = "RFC 6455 asks for SHA-1.")]
    private static async Task UpgradeAsync(ScriptedServer server, Stream stream, CancellationToken stop)
    {
        var key = server.Requests.Last(r => r.Headers.ContainsKey("Sec-WebSocket-Key")).Headers["Sec-WebSocket-Key"];
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"), stop);
    }

    private static Task SayAsync(WebSocket socket, string text, CancellationToken stop) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, stop);

    private static async Task<string> HearAsync(WebSocket socket, CancellationToken stop)
    {
        var buffer = new byte[8192];
        for (var length = 0; ;)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), stop);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new IOException("the exporter closes the connection");
            }

            if (part.EndOfMessage)
            {
                return Encoding.UTF8.GetString(buffer, 0, length);
            }
        }
    }

    private static async Task EndlessMessageAsync(WebSocket socket, CancellationToken stop)
    {
        await socket.SendAsync("\""u8.ToArray(), WebSocketMessageType.Text, false, stop);
        while (true)
        {
            await socket.SendAsync(Block, WebSocketMessageType.Text, false, stop);
        }
    }

    /// <summary>Answers everything with a list of nearly as many rows, values and bytes as are taken: 9,000, 400,000 and 3.6 MiB.</summary>
    private static async Task AnswerAsync(WebSocket socket, CancellationToken stop)
    {
        while (true)
        {
            var request = JsonElement.Parse(await HearAsync(socket, stop));
            var list = request.GetProperty("method").GetString() switch
            {
                "agents.list" => "agents",
                "tasks.list" => "tasks",
                "cron.list" => "jobs",
                "cron.runs" => "entries",
                "diagnostics.lanes" => "lanes",
                _ => "sessions",
            };
            var start = $$"""{"type":"res","id":"{{request.GetProperty("id").GetString()}}","ok":true,"payload":{"ok":true,"{{list}}":[""";
            await socket.SendAsync(Encoding.UTF8.GetBytes(start), WebSocketMessageType.Text, false, stop);
            await socket.SendAsync(Rows.Value, WebSocketMessageType.Text, false, stop);
            await SayAsync(socket, "]}}", stop);
        }
    }

    /// <summary>Answers everything with a short list, and sends 10,000 events of agents and 10,000 lines of a log per second.</summary>
    private static async Task FloodAsync(WebSocket socket, CancellationToken stop)
    {
        const string Event = """{"type":"event","event":"agent","payload":{"stream":"lifecycle","data":{"phase":"start"},"""
            + """ "sessionKey":"agent:a:\u202e"}}""";
        using var sending = new SemaphoreSlim(1, 1);
        var line = JsonSerializer.Serialize(
            JsonSerializer.Serialize(new { message = $"error {new string('x', 300)}", _meta = new { logLevelName = "ERROR" } }));
        var lines = string.Join(',', Enumerable.Repeat(line, 1_000));
        var flood = EventsAsync();
        while (true)
        {
            var request = JsonElement.Parse(await HearAsync(socket, stop));
            var answer = request.GetProperty("method").GetString() == "logs.tail"
                ? $"\"lines\":[{lines}],\"cursor\":1"
                : "\"ts\":1795231582814,\"agents\":[]";
            await SendAsync($"{{\"type\":\"res\",\"id\":\"{request.GetProperty("id").GetString()}\",\"ok\":true,\"payload\":{{{answer}}}}}");
            if (flood.IsFaulted)
            {
                await flood;
            }
        }

        async Task EventsAsync()
        {
            while (true)
            {
                for (var i = 0; i < 500; i++)
                {
                    await SendAsync(Event);
                }

                await Task.Delay(50, stop);
            }
        }

        async Task SendAsync(string text)
        {
            await sending.WaitAsync(stop);
            try
            {
                await SayAsync(socket, text, stop);
            }
            finally
            {
                sending.Release();
            }
        }
    }
}
