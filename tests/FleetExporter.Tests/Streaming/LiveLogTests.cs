using FleetExporter.Streaming;

namespace FleetExporter.Tests.Streaming;

public sealed class LiveLogTests
{
    private readonly LiveLog _log = new(mostEvents: 3);

    [Fact]
    public void Who_knows_nothing_gets_the_latest_state_and_no_event()
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
    public void Who_is_behind_gets_only_the_last_value_of_each_key_and_every_event_in_order()
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
    public void Events_are_forgotten_and_who_missed_one_is_told_so()
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
    public void The_same_value_is_a_change_only_where_it_is_said_to_be()
    {
        Set("a", 1);
        var cursor = _log.Since(0).Cursor;

        _log.Set("a", "k", "h", [1], again: false);
        Assert.Empty(_log.Since(cursor).Entries);
        _log.Set("a", "k", "h", [1], again: true);
        Assert.Single(_log.Since(cursor).Entries);
        Assert.Empty(_log.Since(cursor, "other").Entries);
    }

    [Fact]
    public void A_removed_key_is_told_to_nobody()
    {
        Set("a", 1);
        _log.Remove("a");

        Assert.Empty(_log.Since(0).Entries);
    }

    [Fact]
    public void Whoever_waits_is_woken()
    {
        var changed = _log.Changed;
        Assert.False(changed.IsCompleted);

        _log.Wake();

        Assert.True(changed.IsCompleted);
        Assert.False(_log.Changed.IsCompleted);
    }

    private void Set(string key, int value) => _log.Set(key, "k", "h", [(byte)value], again: false);
}
