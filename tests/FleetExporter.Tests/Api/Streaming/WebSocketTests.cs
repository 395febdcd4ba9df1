using System.Net.WebSockets;
using System.Text.Json;
using FleetExporter.Streaming;
using FleetExporter.Tests.Api.Access;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api.Streaming;

public sealed class WebSocketTests
{
    [Fact]
    public async Task The_current_state_is_sent_first_and_then_only_changes()
    {
        await using var server = await DeviceServer.StartAsync();
        using var socket = await OpenAsync(server);

        var (name, data) = await ReadAsync(socket);
        Assert.Equal("hosts_update", name);
        Assert.Equal(["a", "b b", "beast", "other"], data.EnumerateArray().Select(h => h.GetProperty("hostname").GetString()).Order());
        Assert.Equal("overview_update", (await ReadAsync(socket)).Event);

        await server.PushedAsync();
        var next = await server.WhileTimePassesAsync(UntilAsync(socket, "hosts_update", d =>
            d.EnumerateArray().Any(h => h.GetProperty("hostname").GetString() == "beast")));
        var beast = next.EnumerateArray().Single(h => h.GetProperty("hostname").GetString() == "beast");
        Assert.Equal("RTX 4090", beast.GetProperty("gpus")[0].GetProperty("name").GetString());
        Assert.DoesNotContain(next.EnumerateArray(), h => h.GetProperty("hostname").GetString() == "other");
    }

    [Fact]
    public async Task The_removal_of_a_host_is_sent()
    {
        await using var server = await DeviceServer.StartAsync();
        using var socket = await OpenAsync(server);
        await ReadAsync(socket);

        await server.ReloadAsync(KeyedServer.Keys);

        var removed = await server.WhileTimePassesAsync(UntilAsync(socket, "host_removed", d => d.GetProperty("hostname").GetString() != "other"));
        Assert.Equal("beast", removed.GetProperty("hostname").GetString());
    }

    [Fact]
    public async Task A_device_that_becomes_silent_is_sent_as_offline()
    {
        await using var server = await DeviceServer.StartAsync();
        await server.PushedAsync();
        using var socket = await OpenAsync(server);
        await ReadAsync(socket);

        var told = await server.WhileTimePassesAsync(UntilAsync(
            socket, "hosts_update", d => d.EnumerateArray().Any(h =>
                h.GetProperty("hostname").GetString() == "beast" && h.GetProperty("status").GetString() == "offline")));

        Assert.NotEqual(JsonValueKind.Undefined, told.ValueKind);
    }

    [Fact]
    public async Task Events_reach_every_reader_in_order()
    {
        await using var server = await DeviceServer.StartAsync();
        using var one = await OpenAsync(server);
        using var two = await OpenAsync(server);
        var events = server.Keyed.Api.Services.GetRequiredService<LiveEvents>();
        await ReadAsync(one);
        await ReadAsync(two);

        events.Publish("alert_new", new { Id = "1", WindowCount = 5 });
        events.Publish("alert_cleared", new { Id = "1" });

        foreach (var socket in new[] { one, two })
        {
            Assert.Equal("""{"id":"1","window_count":5}""", (await UntilAsync(socket, "alert_new", _ => true)).GetRawText());
            Assert.Equal("""{"id":"1"}""", (await UntilAsync(socket, "alert_cleared", _ => true)).GetRawText());
        }
    }

    [Fact]
    public async Task A_stalled_reader_gets_the_latest_state_when_it_resumes_and_delays_no_one()
    {
        await using var server = await DeviceServer.StartAsync();
        using var slow = await OpenAsync(server);
        var events = server.Keyed.Api.Services.GetRequiredService<LiveEvents>();
        await ReadAsync(slow);
        using var quick = await OpenAsync(server);
        await ReadAsync(quick);
        var filler = new string('x', 256 * 1024);

        for (var i = 0; i < 400; i++)
        {
            events.Publish("filler", new { Number = i, Text = filler });
            await UntilAsync(quick, "filler", d => d.GetProperty("number").GetInt32() == i);
        }

        Assert.Equal(JsonValueKind.Null, (await server.WhileTimePassesAsync(UntilAsync(slow, "reset", _ => true))).ValueKind);
        // While it still reads slowly, the state may come in more than one message.
        await UntilAsync(slow, "hosts_update", d => d.EnumerateArray().Any(h => h.GetProperty("hostname").GetString() == "a"));
    }

    [Fact]
    public async Task It_closes_when_its_key_is_removed_and_on_shutdown()
    {
        await using var server = await DeviceServer.StartAsync("anonymous_read: never\n");
        using var revoked = await OpenAsync(server, ("X-API-Key", KeyedServer.KeyOf("read")));
        using var admin = await OpenAsync(server, ("X-API-Key", server.Keyed.AdminKey));

        await server.ReloadAsync(DeviceServer.Devices + "anonymous_read: never\n");
        await server.WhileTimePassesAsync(EndAsync(revoked));
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, revoked.CloseStatus);

        var ended = EndAsync(admin);
        await server.Keyed.Api.StopAsync();
        await ended;
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, admin.CloseStatus);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("X-API-Key", "wrong", 401)]
    [InlineData("X-API-Key", "the-key-that-may-push", 403)]
    public async Task Callers_without_the_scope_read_are_rejected(string header, string value, int status)
    {
        await using var server = await DeviceServer.StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader(header, value);
        socket.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(UrlOf(server), TestContext.Current.CancellationToken));

        Assert.Equal(status, (int)socket.HttpStatusCode);
        Assert.Equal(426, await server.Keyed.StatusAsync("/ws"));
    }

    [Fact]
    public async Task A_ticket_opens_it_without_headers_and_again_after_a_disconnect()
    {
        await using var server = await DeviceServer.StartAsync("anonymous_read: never\n");
        using var made = await server.Keyed.PostAsync("/api/tickets", null, ("X-API-Key", KeyedServer.KeyOf("read")));
        var ticket = JsonDocument.Parse(await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement
            .GetProperty("ticket").GetString();
        var url = new Uri($"{UrlOf(server)}?ticket={ticket}");
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(url, TestContext.Current.CancellationToken);
        Assert.Equal("hosts_update", (await ReadAsync(socket)).Event);

        socket.Abort();

        using var again = new ClientWebSocket();
        await again.ConnectAsync(url, TestContext.Current.CancellationToken);
        Assert.Equal("hosts_update", (await ReadAsync(again)).Event);
    }

    private static Uri UrlOf(DeviceServer server) =>
        new(server.Http.BaseAddress!.ToString().Replace("http:", "ws:", StringComparison.Ordinal) + "ws");

    private static async Task<ClientWebSocket> OpenAsync(DeviceServer server, params (string Name, string Value)[] headers)
    {
        var socket = new ClientWebSocket();
        foreach (var (name, value) in headers)
        {
            socket.Options.SetRequestHeader(name, value);
        }

        await socket.ConnectAsync(UrlOf(server), TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task<JsonElement> UntilAsync(ClientWebSocket socket, string name, Func<JsonElement, bool> wanted)
    {
        while (true)
        {
            var (read, data) = await ReadAsync(socket);
            if (read == name && wanted(data))
            {
                return data;
            }
        }
    }

    private static async Task<bool> EndAsync(ClientWebSocket socket)
    {
        while (socket.State == WebSocketState.Open
            && (await socket.ReceiveAsync(new byte[64 * 1024], TestContext.Current.CancellationToken)).MessageType != WebSocketMessageType.Close)
        {
        }

        return true;
    }

    private static async Task<(string Event, JsonElement Data)> ReadAsync(ClientWebSocket socket)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult result;
        do
        {
            result = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            Assert.Equal(WebSocketMessageType.Text, result.MessageType);
            text.Write(buffer, 0, result.Count);
        }
        while (!result.EndOfMessage);

        var message = JsonDocument.Parse(text.ToArray()).RootElement;
        return (message.GetProperty("event").GetString()!, message.GetProperty("data"));
    }
}
