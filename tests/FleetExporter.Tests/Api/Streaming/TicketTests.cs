using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using FleetExporter.Tests.Api.Access;
using FleetExporter.Tests.Api.Resources;

namespace FleetExporter.Tests.Api.Streaming;

/// <summary>A ticket that has opened a stream can reopen it, for EventSource, which repeats its request with the ticket.</summary>
public sealed class TicketTests
{
    private const string Never = "anonymous_read: never\n";

    private static readonly (string, string) ReadKey = ("X-API-Key", KeyedServer.KeyOf("read"));

    [Fact]
    public async Task It_reopens_its_stream_after_ten_minutes_and_after_a_restart()
    {
        await using var server = await DeviceServer.StartAsync(Never);
        var path = await PathAsync(server);
        using (var first = await server.StreamAsync(path))
        {
            await first.CommentAsync();
        }

        server.Clock.Advance(TimeSpan.FromMinutes(10));
        using (var second = await server.StreamAsync(path))
        {
            Assert.Equal(HttpStatusCode.OK, second.Answer.StatusCode);
            await second.CommentAsync();
        }

        await StoredAsync(server);
        await server.Keyed.RestartAsync(() => server.Clock.Advance(TimeSpan.FromMinutes(10)));
        using var third = await server.StreamAsync(path);
        Assert.Equal(HttpStatusCode.OK, third.Answer.StatusCode);
        await third.CommentAsync();
        await server.PushedAsync();
        Assert.Equal("beast", (await third.EventAsync()).Data.GetProperty("host").GetString());
    }

    [Fact]
    public async Task It_opens_one_stream_at_a_time()
    {
        await using var server = await DeviceServer.StartAsync(Never);
        var path = await PathAsync(server);
        using var first = await server.StreamAsync(path);
        await first.CommentAsync();

        using var second = await server.StreamAsync(path);
        await second.CommentAsync();

        Assert.Null(await server.WhileTimePassesAsync(first.NextAsync()));
        await server.PushedAsync();
        Assert.Equal("beast", (await second.EventAsync()).Data.GetProperty("host").GetString());
    }

    [Fact]
    public async Task It_reopens_its_stream_for_twelve_hours_after_its_first_use()
    {
        await using var server = await DeviceServer.StartAsync(Never);
        var path = await PathAsync(server);
        Assert.Equal(200, await server.Keyed.StatusAsync(path));
        await StoredAsync(server);

        server.Clock.Advance(TimeSpan.FromHours(6));
        Assert.Equal(200, await server.Keyed.StatusAsync(path));
        await server.Keyed.RestartAsync();
        server.Clock.Advance(TimeSpan.FromHours(6) - TimeSpan.FromMinutes(2));
        Assert.Equal(200, await server.Keyed.StatusAsync(path));
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(401, await server.Keyed.StatusAsync(path));
    }

    [Fact]
    public async Task It_reopens_only_its_own_stream_from_its_own_address()
    {
        await using var server = await DeviceServer.StartAsync(Never);
        var path = await PathAsync(server);
        Assert.Equal(200, await server.Keyed.StatusAsync(path));

        Assert.Equal(401, await server.Keyed.StatusAsync(path.Replace("/gpu/stream", "/ws", StringComparison.Ordinal)));
        using (var other = From("127.0.0.2", server.Http.BaseAddress!))
        {
            using var answer = await other.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        await StoredAsync(server);
        await server.Keyed.RestartAsync();
        using (var other = From("127.0.0.2", server.Http.BaseAddress!))
        {
            using var answer = await other.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        Assert.Equal(200, await server.Keyed.StatusAsync(path));
    }

    [Fact]
    public async Task It_is_invalid_once_its_key_is_removed()
    {
        await using var server = await DeviceServer.StartAsync(Never);
        var path = await PathAsync(server);
        Assert.Equal(200, await server.Keyed.StatusAsync(path));

        await server.ReloadAsync(DeviceServer.Devices + Never);

        Assert.Equal(401, await server.Keyed.StatusAsync(path));
    }

    [Fact]
    public async Task An_unused_ticket_expires_after_a_minute_and_with_the_service()
    {
        await using var server = await DeviceServer.StartAsync(Never);
        var (late, lost) = (await PathAsync(server), await PathAsync(server));

        server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(401, await server.Keyed.StatusAsync(late));
        await server.Keyed.RestartAsync();
        Assert.Equal(401, await server.Keyed.StatusAsync(lost));
    }

    private static async Task<string> PathAsync(DeviceServer server)
    {
        using var answer = await server.Keyed.PostAsync("/api/tickets", null, ReadKey);
        var made = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        return $"/gpu/stream?host=beast&ticket={made.Text("ticket")}";
    }

    /// <summary>The store is written concurrently with the response.</summary>
    private static Task StoredAsync(DeviceServer server) => DgxCalls.UntilAsync(
        async () => await server.Keyed.Api.AskStoreAsync("SELECT COUNT(*) FROM access_tokens WHERE kind = 'ticket'") == "1");

    /// <summary>A client with another address of loopback.</summary>
    private static HttpClient From(string address, Uri server) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, stop) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(context.DnsEndPoint, stop);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = server };
}
