using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Tests.Polling.Derivation;

public sealed class XidTallyTests
{
    private HostHistory _history = HostHistory.Empty;

    [Fact]
    public void Every_line_counts_once_however_often_the_log_shows_it()
    {
        Assert.Equal(["79: 1", "13: 2"], Counts((10, 13), (11, 79), (12, 13)).Order(StringComparer.Ordinal).Reverse());
        Assert.Equal(["13: 2", "79: 1"], Counts((10, 13), (11, 79), (12, 13)));
        Assert.Equal(["13: 3", "79: 1"], Counts((10, 13), (11, 79), (12, 13), (15, 13)));
    }

    [Fact]
    public void A_line_dropped_from_the_log_stays_counted()
    {
        Counts((10, 13), (11, 79));

        Assert.Equal(["13: 1", "79: 1"], Counts());
        Assert.Equal(["13: 1", "79: 2"], Counts((20, 79)));
    }

    [Fact]
    public void Two_lines_of_the_same_time_count_twice() => Assert.Equal(["13: 2"], Counts((10, 13), (10, 13)));

    [Fact]
    public void The_last_time_is_that_of_the_newest_line()
    {
        Counts((10, 13), (12.5, 13));

        Assert.Equal(12.5, Assert.Single(_history.Xids.Values).LastSecondsSinceBoot);
    }

    private IEnumerable<string> Counts(params (double At, int Code)[] lines)
    {
        var answer = new XidAnswer([.. lines.Select(l => new Xid(l.At, "00000000:3B:00.0", l.Code))], 100, DateTimeOffset.UnixEpoch);
        _history = XidTally.Remember(_history, answer);
        return XidTally.Counts(_history).Select(c => FormattableString.Invariant($"{c.Code}: {c.Count}"));
    }
}
