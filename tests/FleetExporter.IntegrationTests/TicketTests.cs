using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>
/// A page of another site reads <c>/gpu/stream</c> with a ticket and EventSource, which knows no other way than to repeat its request.
/// </summary>
public sealed class TicketTests : IDisposable
{
    private const string Config = "poll_interval: 1s\nanonymous_read: never\n";

    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_continues_after_a_restart_and_ten_minutes_of_downtime(bool killed)
    {
        string[] arguments = ["--simulate", "3", "--listen", $"127.0.0.1:{Ports.Free()}"];
        var clock = new WallClock(_folder);
        await using var first = await Exporter.StartAsync(_folder, Config, clock.Environment, arguments);
        using var answer = await first.Http.PostAsync("/api/tickets", null, Stop);
        var ticket = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Stop))!.Text("ticket");
        await using var source = new EventSource(new Uri(first.Http.BaseAddress!, $"/gpu/stream?ticket={ticket}"));
        await EventsAsync(source, first);

        // What is new is written beside the answers.
        await Task.Delay(TimeSpan.FromSeconds(1), Stop);
        await (killed ? first.KillAsync() : first.StopAsync());
        clock.Set(TimeSpan.FromMinutes(10));
        await using var second = await Exporter.StartAsync(_folder, Config, clock.Environment, arguments);

        await EventsAsync(source, second);
        Assert.Equal((2, null), (source.Opened, source.Refused));

        clock.Set(TimeSpan.FromHours(13));
        await second.StopAsync();
        await using var third = await Exporter.StartAsync(_folder, Config, clock.Environment, arguments);
        await EventsAsync(source, third);

        // By the wall clock alone: it was down for longer than a ticket lives.
        await third.StopAsync();
        clock.Set(TimeSpan.FromHours(26));
        await using var last = await Exporter.StartAsync(_folder, Config, clock.Environment, arguments);
        await Until.TrueAsync(() => source.Refused is not null, "it is refused", () => last.Log);
        Assert.Equal(401, source.Refused);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Waits for events beyond those that have come.</summary>
    private static Task EventsAsync(EventSource source, Exporter exporter)
    {
        var before = source.Events;
        return Until.TrueAsync(
            () => source.Events > before || source.Refused is not null, "events come", () => $"refused: {source.Refused}\n{exporter.Log}");
    }
}
