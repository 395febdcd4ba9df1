using FleetExporter.Tests.Api;

namespace FleetExporter.Tests.Events;

/// <summary>The recorder in the whole service, with a store and hosts with recorded answers.</summary>
public sealed class EventRecorderTests
{
    private const string OneHost = "listen: 127.0.0.1:0\nhosts:\n- { name: a, address: a.lan, user: fleet }\n";

    [Fact]
    public async Task Hosts_that_leave_and_join_fleet_yml_are_reported_and_a_restart_repeats_nothing()
    {
        await using var server = await ApiServer.StartAsync();
        await UntilAsync(server, e => e.Contains("exporter started"));

        // Everything that is seen within the first minute is known from before.
        await PassAsync(server, 70);
        server.WriteConfig(OneHost);
        await ReloadAsync(server);
        await UntilAsync(server, e => e.Contains("host:b b removed"));
        server.WriteConfig(ApiServer.TwoHosts);
        await ReloadAsync(server);
        await UntilAsync(server, e => e.Contains("host:b b added"));
        await server.RestartAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(1)));
        await UntilAsync(server, e => e.Count(x => x == "exporter started") == 2);
        await PassAsync(server, 5);

        // A reload and what it changes are noticed within the same second, in any order. The changed file may be noticed before the request.
        var events = (await EventsAsync(server)).Where(e => IsAbout(e, "exporter") || IsAbout(e, "host:b b")).ToList();
        Assert.Equal("exporter started", events[0]);
        Assert.Equal(["host:b b removed", "host:b b added"], events.Where(e => IsAbout(e, "host:b b")));
        Assert.InRange(events.Count(e => e == "exporter reloaded"), 2, 4);
        Assert.Equal(["exporter stopped", "exporter started"], events[^2..]);
    }

    [Fact]
    public async Task A_reload_that_restarts_all_monitors_removes_no_host()
    {
        await using var server = await ApiServer.StartAsync();
        await UntilAsync(server, e => e.Contains("exporter started"));

        server.WriteConfig(ApiServer.TwoHosts + "poll_interval: 20s\n");
        await ReloadAsync(server);
        await PassAsync(server, 5);

        Assert.DoesNotContain(await EventsAsync(server), e => e.Contains("removed", StringComparison.Ordinal));
    }

    /// <summary>Without states, which depend on what the replayed hosts answer while the clock runs.</summary>
    private static bool IsAbout(string e, string subject) =>
        e.StartsWith(subject + " ", StringComparison.Ordinal) && e.Split(' ')[^1] is not ("online" or "degraded" or "offline");

    private static async Task ReloadAsync(ApiServer server)
    {
        using var answer = await server.SendAsync(HttpMethod.Post, "/-/reload");
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Seconds pass; loops run in between.</summary>
    private static async Task PassAsync(ApiServer server, int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private static async Task UntilAsync(ApiServer server, Func<IReadOnlyList<string>, bool> holds)
    {
        IReadOnlyList<string> events = [];
        for (var i = 0; i < 300 && !holds(events); i++)
        {
            await PassAsync(server, 1);
            events = await EventsAsync(server);
        }

        Assert.True(holds(events), string.Join('\n', events));
    }

    /// <summary>Subject and state of all but calls, oldest first.</summary>
    private static async Task<IReadOnlyList<string>> EventsAsync(ApiServer server) =>
    [
        .. (await server.JsonAsync("/api/events?kind=host,exporter,collector,gpu,session,target")).GetProperty("items").EnumerateArray().Reverse()
            .Select(e => $"{e.GetProperty("subject").GetString()} {e.GetProperty("to").GetString()}"),
    ];
}
