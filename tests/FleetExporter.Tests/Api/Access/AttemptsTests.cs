using System.Net;
using FleetExporter.Access;

namespace FleetExporter.Tests.Api.Access;

/// <summary>The limit of wrong keys.</summary>
public sealed class AttemptsTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task After_ten_wrong_keys_no_key_is_looked_at_for_six_seconds()
    {
        await using var server = await KeyedServer.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            using var login = await server.PostAsync("/api/login", $$"""{"key":"wrong{{i}}"}""");
            Assert.Equal(HttpStatusCode.Unauthorized, login.StatusCode);
        }

        using var limited = await server.GetAsync("/api/me", ("X-API-Key", KeyedServer.KeyOf("read")));
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
        Assert.Equal("6", limited.Headers.GetValues("Retry-After").Single());
        Assert.Equal("application/problem+json", limited.Content.Headers.ContentType?.MediaType);
        Assert.Equal(200, await server.StatusAsync("/api/me"));

        server.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(200, await server.StatusAsync("/api/me", ("X-API-Key", KeyedServer.KeyOf("read"))));
        Assert.Equal(401, await server.StatusAsync("/api/me", ("X-API-Key", "wrong")));
        Assert.Equal(429, await server.StatusAsync("/api/me", ("X-API-Key", "wrong")));
    }

    [Fact]
    public async Task A_session_is_not_locked_out_by_wrong_keys()
    {
        await using var server = await KeyedServer.StartAsync("anonymous_read: never\n");
        var (_, cookie) = await server.LoginAsync(KeyedServer.KeyOf("read"));
        for (var i = 0; i < 11; i++)
        {
            await server.StatusAsync("/api/me", ("X-API-Key", "wrong"));
        }

        Assert.Equal(200, await server.StatusAsync("/api/me", ("Cookie", cookie)));
    }

    [Fact]
    public void Right_keys_use_nothing_up()
    {
        var attempts = new FailedAttempts(_clock);

        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(Try(attempts, "10.0.0.1", right: true)));
        Assert.Equal(0, attempts.Addresses);
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff:2", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    public void The_limit_is_that_of_an_address(string first, string second, bool same)
    {
        var attempts = new FailedAttempts(_clock);
        for (var i = 0; i < 10; i++)
        {
            Try(attempts, first, right: false);
        }

        Assert.False(Try(attempts, first, right: true));
        Assert.Equal(!same, Try(attempts, second, right: true));
    }

    [Fact]
    public void Many_addresses_use_bounded_memory_and_are_forgotten()
    {
        var attempts = new FailedAttempts(_clock);
        for (var i = 0; i < FailedAttempts.MaxAddresses + 50; i++)
        {
            Try(attempts, new IPAddress(0x0A000000 + i).ToString(), right: false);
        }

        Assert.Equal(FailedAttempts.MaxAddresses, attempts.Addresses);

        _clock.Advance(TimeSpan.FromMinutes(2));
        Try(attempts, "192.0.2.1", right: false);
        Assert.Equal(1, attempts.Addresses);
    }

    private static bool Try(FailedAttempts attempts, string from, bool right) =>
        attempts.Try(IPAddress.Parse(from), () => right ? "in" : null, out _) is not null;
}
