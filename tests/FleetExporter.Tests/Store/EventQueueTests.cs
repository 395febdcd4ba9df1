using FleetExporter.Metrics;
using FleetExporter.Store;

namespace FleetExporter.Tests.Store;

public sealed class EventQueueTests
{
    private readonly FakeClock _clock = new();
    private readonly ExporterMetrics _metrics = new();
    private readonly EventQueue _queue;

    public EventQueueTests() =>
        _queue = new EventQueue(new ExporterInstance(new string('a', 32), new string('b', 32)), new EventMetrics(_metrics), _clock);

    [Fact]
    public void Ids_keep_the_order_in_which_events_were_added()
    {
        for (var i = 0; i < 500; i++)
        {
            _queue.Add(Event($"host:{i}"));
        }

        // The wall clock is set back by a moment, and by an hour.
        _clock.SetWall(TimeSpan.FromMilliseconds(-1));
        _queue.Add(Event("host:500"));
        var events = _queue.Take(1000).Events;
        Assert.Equal(Enumerable.Range(0, 501).Select(i => $"host:{i}"), events.Select(e => e.Subject));
        Assert.Equal(events.Select(e => e.Id), events.Select(e => e.Id).Order(StringComparer.Ordinal));
        Assert.All(events, e => Assert.Equal(new string('a', 32), e.Exporter));

        _clock.SetWall(TimeSpan.FromHours(-1));
        _queue.Add(Event("host:501"));
        Assert.True(string.CompareOrdinal(_queue.Take(1).Events[0].Id, events[0].Id) < 0);
    }

    [Fact]
    public void Texts_of_hosts_are_printable_and_short()
    {
        _queue.Add(Event("session:a:ann/\u001b[31m") with { Text = "line\nline\u202e" + new string('x', 5000), Reason = "a\0b" });

        var e = Assert.Single(_queue.Take(10).Events);
        Assert.Equal(("session:a:ann/ [31m", "a b", 300), (e.Subject, e.Reason, e.Text.Length));
        Assert.StartsWith("line line x", e.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flapping_subject_adds_ten_events_and_then_one_a_minute_that_counts_the_rest()
    {
        for (var i = 0; i < 67; i++)
        {
            _queue.Add(Event("host:a") with { From = $"s{i}", To = $"s{i + 1}", Text = $"change {i}" });
        }

        _queue.Add(Event("host:b"));
        Assert.Equal(11, _queue.Take(100).Events.Count);

        _clock.Advance(TimeSpan.FromMinutes(1));
        var counted = Assert.Single(_queue.Take(100).Events);
        Assert.Equal(("host:a", "s10", "s67"), (counted.Subject, counted.From, counted.To));
        Assert.Equal("… and 57 more changes, the last: change 66", counted.Text);
        Assert.Equal("""{"changes":57}""", counted.Detail!.ToJsonString());

        _queue.Add(Event("host:a") with { Text = "one more" });
        Assert.Empty(_queue.Take(100).Events);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("one more", Assert.Single(_queue.Take(100).Events).Text);
    }

    [Fact]
    public void A_host_cannot_fill_the_log_with_sessions_nor_hide_that_it_is_offline()
    {
        for (var i = 0; i < 1000; i++)
        {
            _queue.Add(Event($"session:a:ann/{i}") with { Kind = EventKind.Session, Host = "a", Text = $"session {i} ended" });
        }

        _queue.Add(Event("host:a") with { Host = "a" });
        var events = _queue.Take(2000).Events;
        Assert.Equal(EventLimiter.MaxOfHost + 1, events.Count);
        Assert.Equal("host:a", events[^1].Subject);

        _clock.Advance(TimeSpan.FromSeconds(10));
        var counted = Assert.Single(_queue.Take(100).Events);
        Assert.Equal(("host:a", "… and 900 more changes, the last: session 999 ended"), (counted.Subject, counted.Text));
    }

    [Fact]
    public void A_thousand_hosts_may_go_offline_at_once()
    {
        for (var i = 0; i < 1000; i++)
        {
            _queue.Add(Event($"host:{i}") with { Host = $"{i}" });
        }

        Assert.Equal(1000, _queue.Take(5000).Events.Count);
    }

    [Fact]
    public void States_come_after_the_last_event_in_portions()
    {
        for (var i = 0; i < 5; i++)
        {
            _queue.Add(Event($"host:{i}"));
            _queue.Remember($"host:{i}", new SubjectState($"host:{i}", "", "online"));
        }

        Assert.Empty(_queue.Take(4).States);
        Assert.Equal([(1, 4), (0, 1), (0, 0)], new[] { 1, 2, 3 }.Select(_ => _queue.Take(4)).Select(b => (b.Events.Count, b.States.Count)));
    }

    [Fact]
    public async Task Beyond_the_limit_the_oldest_are_dropped_and_counted()
    {
        for (var i = 0; i < EventQueue.MaxWaiting + 3; i++)
        {
            _queue.Add(Event($"host:{i}"));
        }

        var events = _queue.Take(20_000).Events;
        Assert.Equal((EventQueue.MaxWaiting, "host:3"), (events.Count, events[0].Subject));
        using var page = new MemoryStream();
        await _metrics.WriteAsync(page, ExpositionFormat.Text, TestContext.Current.CancellationToken);
        Assert.Contains("fleet_events_dropped_total 3\n", System.Text.Encoding.UTF8.GetString(page.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_known_is_taken_with_the_last_of_the_events()
    {
        _queue.Add(Event("host:a"));
        _queue.Add(Event("host:b"));
        _queue.Remember("host:a", new SubjectState("host:a", "a", "online"));
        _queue.Remember("host:a", null);

        Assert.Empty(_queue.Take(1).States);
        Assert.Equal(("host:a", null), Assert.Single(_queue.Take(1).States) is var state ? (state.Key, state.Value) : default);
        Assert.True(_queue.Take(1).IsEmpty);
    }

    [Fact]
    public void At_the_end_what_was_counted_is_taken_too()
    {
        for (var i = 0; i < 12; i++)
        {
            _queue.Add(Event("host:a"));
        }

        Assert.Equal(11, _queue.Take(100, isLast: true).Events.Count);
    }

    private static FleetEvent Event(string subject) =>
        new() { Kind = EventKind.Host, Severity = EventSeverity.Info, Subject = subject, Text = "text" };
}
