using FleetExporter.Config;
using FleetExporter.Tests.Api.Resources;

namespace FleetExporter.Tests.Api.Access;

/// <summary>Login sessions over a restart of the service, with the clock set or not.</summary>
public sealed class RestartTests
{
    private const string Never = "anonymous_read: never\n";

    private static readonly TimeSpan Life = TimeSpan.FromHours(12);

    /// <summary>What a restart may take.</summary>
    private static readonly TimeSpan Lost = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_session_survives_and_ends_when_it_would_have_ended()
    {
        await using var server = await KeyedServer.StartAsync(Never);
        var (_, cookie) = await server.LoginAsync(KeyedServer.KeyOf("control"));
        server.Clock.Advance(TimeSpan.FromHours(5));

        await server.RestartAsync(() => server.Clock.Advance(TimeSpan.FromHours(1)));

        Assert.Equal("controler", (await server.JsonAsync("/api/me", ("Cookie", cookie))).Text("name"));
        server.Clock.Advance(TimeSpan.FromHours(6) - Lost - TimeSpan.FromSeconds(1));
        Assert.Equal(200, await server.StatusAsync("/api/me", ("Cookie", cookie)));
        server.Clock.Advance(Lost + TimeSpan.FromSeconds(1));
        Assert.Equal(401, await server.StatusAsync("/api/me", ("Cookie", cookie)));
    }

    [Fact]
    public async Task No_clock_that_is_set_lets_it_live_longer()
    {
        await using var server = await KeyedServer.StartAsync(Never);
        var (_, cookie) = await server.LoginAsync(KeyedServer.KeyOf("read"));
        server.Clock.Advance(TimeSpan.FromHours(11));
        server.Clock.SetWall(TimeSpan.FromHours(-10));

        await server.RestartAsync(() => server.Clock.SetWall(TimeSpan.FromHours(-24)));

        Assert.Equal(200, await server.StatusAsync("/api/me", ("Cookie", cookie)));
        server.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(401, await server.StatusAsync("/api/me", ("Cookie", cookie)));
        await server.RestartAsync();
        Assert.Equal(401, await server.StatusAsync("/api/me", ("Cookie", cookie)));
    }

    [Fact]
    public async Task A_clock_set_forward_while_it_runs_does_not_end_it_and_many_restarts_add_nothing()
    {
        await using var server = await KeyedServer.StartAsync(Never);
        var (_, cookie) = await server.LoginAsync(KeyedServer.KeyOf("read"));
        server.Clock.SetWall(TimeSpan.FromDays(30));

        for (var i = 0; i < 3; i++)
        {
            await server.RestartAsync();
            Assert.Equal(200, await server.StatusAsync("/api/me", ("Cookie", cookie)));
        }

        server.Clock.Advance(Life);
        Assert.Equal(401, await server.StatusAsync("/api/me", ("Cookie", cookie)));
    }

    [Fact]
    public async Task Nothing_that_has_ended_comes_back()
    {
        await using var server = await KeyedServer.StartAsync(Never);
        var (_, left) = await server.LoginAsync(KeyedServer.KeyOf("read"));
        var (_, revoked) = await server.LoginAsync(KeyedServer.KeyOf("control"));
        (await server.PostAsync("/api/logout", null, ("Cookie", left))).EnsureSuccessStatusCode();
        Assert.Equal("1", await server.Api.AskStoreAsync("SELECT COUNT(*) FROM access_tokens"));

        await server.RestartAsync(() => server.Api.WriteConfig(
            $"{ApiServer.TwoHosts}{Never}keys:\n- {{ name: reader, hash: \"{KeyHash.Of(KeyedServer.KeyOf("read"))}\", scopes: [read] }}\n"));

        Assert.Equal(401, await server.StatusAsync("/api/me", ("Cookie", left)));
        Assert.Equal(401, await server.StatusAsync("/api/me", ("Cookie", revoked)));
    }

    [Fact]
    public async Task The_store_has_hashes_only_and_none_of_what_is_over()
    {
        await using var server = await KeyedServer.StartAsync(Never);
        var (_, cookie) = await server.LoginAsync(KeyedServer.KeyOf("read"));
        var secret = cookie.Split('=')[1];

        Assert.Equal($"{KeyHash.Of(secret).Hex} session", await server.Api.AskStoreAsync("SELECT hash || ' ' || kind FROM access_tokens"));

        server.Clock.Advance(Life);
        await server.RestartAsync();
        Assert.Equal("0", await server.Api.AskStoreAsync("SELECT COUNT(*) FROM access_tokens"));
    }

    [Fact]
    public async Task A_logout_that_the_store_does_not_take_says_so_and_is_made_good()
    {
        await using var server = await KeyedServer.StartAsync(Never);
        var (_, cookie) = await server.LoginAsync(KeyedServer.KeyOf("read"));
        await server.Api.AskStoreAsync("CREATE TRIGGER broken BEFORE DELETE ON access_tokens BEGIN SELECT RAISE(ABORT, 'broken by the test'); END");

        using var answer = await server.PostAsync("/api/logout", null, ("Cookie", cookie));

        Assert.Equal(503, (int)answer.StatusCode);
        Assert.Contains(
            "Logged out until a restart", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(401, await server.StatusAsync("/api/me", ("Cookie", cookie)));
        await server.Api.AskStoreAsync("DROP TRIGGER broken");
        await DgxCalls.UntilAsync(async () =>
        {
            server.Clock.Advance(TimeSpan.FromSeconds(5));
            return await server.Api.AskStoreAsync("SELECT COUNT(*) FROM access_tokens") == "0";
        });
    }
}
