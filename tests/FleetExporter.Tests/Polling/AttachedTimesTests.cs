using System.Collections.Immutable;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Tests.Polling;

public sealed class AttachedTimesTests
{
    private static readonly DateTimeOffset Start = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly AttachedTimes _times = new();

    [Fact]
    public void The_last_attached_time_is_kept_in_whole_milliseconds()
    {
        See(Start.AddTicks(12_345), "ann", [1, 2]);
        See(Start.AddSeconds(10), "ann", [1, 2, 3], clients: 0);

        Assert.Equal(["$1", "$2"], Ids("ann"));
        Assert.All(_times.Hosts["a"].Values, t => Assert.Equal(new AttachedTime(Start.AddMilliseconds(1), Start.AddSeconds(10)), t));
    }

    [Fact]
    public void An_ended_session_is_removed_and_those_of_other_users_are_kept()
    {
        See(Start, "ann", [1, 2]);
        See(Start, "bob", [1, 2]);
        _times.Update("b", TmuxAnswers.Of(Start, "ann", [1]), Start);

        See(Start.AddSeconds(10), "ann", [2], clients: 0);

        Assert.Equal(["$2"], Ids("ann"));
        Assert.Equal(["$1", "$2"], Ids("bob"));
        Assert.Single(_times.Hosts["b"]);

        See(Start.AddSeconds(20), "ann", []);
        Assert.Empty(Ids("ann"));
    }

    [Fact]
    public void A_server_that_did_not_answer_keeps_its_sessions()
    {
        See(Start, "ann", [1]);
        See(Start, "bob", [1]);

        var failed = new TmuxServer("ann", [], CollectorFailure.Permission, "sudo: a password is required");
        _times.Update("a", TmuxAnswers.Of(Start, failed, TmuxAnswers.Server("bob", [])), Start);

        Assert.Equal(["$1"], Ids("ann"));
        Assert.Empty(Ids("bob"));
    }

    [Fact]
    public void A_flood_of_new_sessions_keeps_those_of_the_last_reading()
    {
        for (var first = 0; first < 100_000; first += 1_000)
        {
            See(Start.AddSeconds(first), "ann", Enumerable.Range(first, 1_000));
            Assert.Equal(1_000, _times.Hosts["a"].Count);
        }

        Assert.Contains("$99999", Ids("ann"));
    }

    [Fact]
    public void A_flood_of_new_users_is_limited_to_those_seen_last()
    {
        for (var user = 0; user < 100; user++)
        {
            See(Start.AddSeconds(user), $"user{user}", Enumerable.Range(0, 1_000));
            Assert.True(_times.Hosts["a"].Count <= RemoteLimits.Sessions);
        }

        Assert.Equal(1_000, Ids("user99").Count);
    }

    [Fact]
    public void Merging_stored_times_keeps_the_later_one()
    {
        See(Start, "ann", [1, 2]);
        var stored = new Dictionary<int, DateTimeOffset> { [1] = Start.AddHours(-1), [2] = Start.AddHours(1), [3] = Start.AddHours(-2) };

        _times.Merge("a", stored.ToImmutableDictionary(s => Key("ann", s.Key), s => new AttachedTime(s.Value, s.Value)));

        Assert.Equal(
            [Start, Start.AddHours(1), Start.AddHours(-2)],
            _times.Hosts["a"].OrderBy(t => t.Key.Id, StringComparer.Ordinal).Select(t => t.Value.AttachedAt));
    }

    [Fact]
    public void Merged_times_are_limited_too()
    {
        See(Start, "ann", Enumerable.Range(0, 1_000));

        _times.Merge("a", Enumerable.Range(0, 1_000).ToImmutableDictionary(id => Key("bob", id), _ => new AttachedTime(Start, Start.AddHours(-1))));

        Assert.Equal((1_000, RemoteLimits.Sessions - 1_000), (Ids("ann").Count, Ids("bob").Count));
    }

    [Fact]
    public void A_user_name_with_a_NUL_is_kept_without_it()
    {
        See(Start, "a\0b", [1]);

        Assert.Equal(["$1"], Ids("a b"));
    }

    [Fact]
    public void A_removed_host_has_no_times()
    {
        See(Start, "ann", [1]);

        _times.Remove("a");

        Assert.Empty(_times.Hosts);
    }

    private static TmuxSessionKey Key(string user, int id) => new(user, $"${id}", TmuxAnswers.Created);

    private void See(DateTimeOffset at, string user, IEnumerable<int> ids, long clients = 1) =>
        _times.Update("a", TmuxAnswers.Of(at, user, ids, clients), at);

    private List<string> Ids(string user) =>
        [.. _times.Hosts["a"].Keys.Where(k => k.User == user).Select(k => k.Id).Order(StringComparer.Ordinal)];
}
