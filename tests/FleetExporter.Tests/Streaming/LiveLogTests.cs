using FleetExporter.Streaming;

namespace FleetExporter.Tests.Streaming;

public sealed class LiveLogTests
{
    private readonly LiveLog _log = new(maxEvents: 3);

    [Fact]
    public void A_new_reader_gets_the_latest_values_and_no_event()
    {
        Set("a", 1);
        _log.Publish("e", [9]);
        Set("b", 2);
        Set("a", 3);

        var news = _log.Since(0);

        Assert.Equal([2, 3], news.Entries.Select(e => (int)e.Json[0]));
        Assert.False(news.Lost);
        Assert.Empty(_log.Since(news.Cursor).Entries);
    }

    [Fact]
    public void A_slow_reader_gets_the_last_value_of_each_key_and_every_event_in_order()
    {
        Set("a", 1);
        var cursor = _log.Since(0).Cursor;
        for (var i = 0; i < 100; i++)
        {
            Set("a", i);
        }

        _log.Publish("e", [200]);
        Set("b", 201);
        _log.Publish("e", [202]);

        Assert.Equal([99, 200, 201, 202], _log.Since(cursor).Entries.Select(e => (int)e.Json[0]));
    }

    [Fact]
    public void A_reader_that_missed_dropped_events_is_reset()
    {
        var early = _log.Since(0).Cursor;
        _log.Publish("e", [1]);
        var late = _log.Since(early).Cursor;
        for (byte i = 2; i <= 4; i++)
        {
            _log.Publish("e", [i]);
        }

        Assert.True(_log.Since(early).Lost);
        Assert.False(_log.Since(late).Lost);
        Assert.Equal([2, 3, 4], _log.Since(late).Entries.Select(e => (int)e.Json[0]));
        Assert.False(_log.Since(0).Lost);
    }

    [Fact]
    public void An_unchanged_value_is_published_only_on_request()
    {
        Set("a", 1);
        var cursor = _log.Since(0).Cursor;

        _log.Set("a", "k", "h", () => [1], publishUnchanged: false);
        Assert.Empty(_log.Since(cursor).Entries);
        _log.Set("a", "k", "h", () => [1], publishUnchanged: true);
        Assert.Single(_log.Since(cursor).Entries);
        Assert.Empty(_log.Since(cursor, "other").Entries);
    }

    [Fact]
    public void Removing_a_key_notifies_no_reader()
    {
        Set("a", 1);
        _log.Remove("a");

        Assert.Empty(_log.Since(0).Entries);
    }

    [Fact]
    public void Waiting_readers_are_woken()
    {
        var changed = _log.Changed;
        Assert.False(changed.IsCompleted);

        _log.Wake();

        Assert.True(changed.IsCompleted);
        Assert.False(_log.Changed.IsCompleted);
    }

    private void Set(string key, int value) => _log.Set(key, "k", "h", () => [(byte)value], publishUnchanged: false);
}
