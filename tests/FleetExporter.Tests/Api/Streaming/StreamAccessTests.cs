using System.Net;
using System.Text.Json;
using FleetExporter.Tests.Api.Access;

namespace FleetExporter.Tests.Api.Streaming;

/// <summary>Access to streams, and when it ends.</summary>
public sealed class StreamAccessTests
{
    private const string Never = "anonymous_read: never\n";
    private const string Friend = "https://grafana.example";

    private static readonly (string, string) ReadKey = ("X-API-Key", KeyedServer.KeyOf("read"));

    [Fact]
    public async Task Removing_a_key_ends_its_streams_only()
    {
        await using var server = await DeviceServer.StartAsync(Never);
        using var stream = await server.StreamAsync("/gpu/stream?host=other", ReadKey);
        using var ticketed = await server.StreamAsync($"/gpu/stream?host=other&ticket={await TicketAsync(server)}");
        using var admin = await server.StreamAsync("/gpu/stream?host=other", ("X-API-Key", server.Keyed.AdminKey));
        await stream.CommentAsync();
        await ticketed.CommentAsync();
        await admin.CommentAsync();

        await server.ReloadAsync(DeviceServer.Devices + Never);

        Assert.Null(await server.WhileTimePassesAsync(stream.NextAsync()));
        Assert.Null(await server.WhileTimePassesAsync(ticketed.NextAsync()));
        await server.PushAsync("{}", "the-key-of-the-other");
        Assert.Equal("other", (await admin.EventAsync()).Data.GetProperty("host").GetString());
    }

    [Fact]
    public async Task Logging_out_ends_the_streams_of_the_login_session()
    {
        await using var server = await DeviceServer.StartAsync(Never);
        var (_, cookie) = await server.Keyed.LoginAsync(KeyedServer.KeyOf("read"));
        using var stream = await server.StreamAsync("/gpu/stream?host=other", ("Cookie", cookie));
        await stream.CommentAsync();

        (await server.Keyed.PostAsync("/api/logout", null, ("Cookie", cookie))).EnsureSuccessStatusCode();

        Assert.Null(await server.WhileTimePassesAsync(stream.NextAsync()));
    }

    [Fact]
    public async Task Anonymous_streams_end_when_anonymous_read_is_turned_off()
    {
        await using var server = await DeviceServer.StartAsync();
        using var stream = await server.StreamAsync("/gpu/stream?host=other");
        await stream.CommentAsync();

        await server.ReloadAsync(DeviceServer.Devices + KeyedServer.Keys + Never);

        Assert.Null(await server.WhileTimePassesAsync(stream.NextAsync()));
    }

    [Fact]
    public async Task A_ticket_opens_a_stream_from_a_page_of_cors_origins_and_from_no_other()
    {
        await using var server = await DeviceServer.StartAsync($"{Never}cors_origins: ['{Friend}']\n");
        var ticket = await TicketAsync(server);
        var path = $"/gpu/stream?host=beast&ticket={ticket}";

        Assert.Equal(403, await server.Keyed.StatusAsync(path, ("Origin", "https://evil.example")));
        using var stream = await server.StreamAsync(path, ("Origin", Friend));
        Assert.Equal(HttpStatusCode.OK, stream.Answer.StatusCode);
        Assert.Equal([Friend], stream.Answer.Headers.GetValues("Access-Control-Allow-Origin"));
        await stream.CommentAsync();

        Assert.Equal(401, await server.Keyed.StatusAsync("/gpu/stream", ("Origin", Friend)));
    }

    // A page of another origin of the same site sends the cookie along: SameSite=Strict knows sites, not origins.
    [Theory]
    [InlineData("/gpu/stream?host=other", 200)]
    [InlineData("/ws", 426)]
    [InlineData("/api/hosts", 200)]
    public async Task The_session_cookie_is_ignored_for_pages_of_cors_origins(string path, int opened)
    {
        await using var server = await DeviceServer.StartAsync($"{Never}cors_origins: ['{Friend}']\n");
        var (_, cookie) = await server.Keyed.LoginAsync(KeyedServer.KeyOf("read"));
        var own = server.Keyed.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);

        Assert.Equal(401, await server.Keyed.StatusAsync(path, ("Cookie", cookie), ("Origin", Friend)));
        Assert.Equal(opened, await server.Keyed.StatusAsync(path, ("Cookie", cookie), ("Origin", own)));
        Assert.Equal(opened, await server.Keyed.StatusAsync(path, ("Cookie", cookie)));
        Assert.Equal(opened, await server.Keyed.StatusAsync(path, ReadKey, ("Origin", Friend)));
    }

    [Fact]
    public async Task Shutting_down_ends_streams_immediately()
    {
        await using var server = await DeviceServer.StartAsync();
        using var stream = await server.StreamAsync("/gpu/stream?host=other");
        await stream.CommentAsync();
        var began = System.Diagnostics.Stopwatch.StartNew();

        await server.Keyed.Api.StopAsync();

        Assert.Null(await stream.NextAsync());
        Assert.True(began.Elapsed < TimeSpan.FromSeconds(10), $"it took {began.Elapsed}");
    }

    private static async Task<string> TicketAsync(DeviceServer server)
    {
        using var answer = await server.Keyed.PostAsync("/api/tickets", null, ReadKey);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement
            .GetProperty("ticket").GetString()!;
    }
}
