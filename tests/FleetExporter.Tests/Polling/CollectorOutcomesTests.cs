using FleetExporter.Collectors;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Tests.Polling;

public sealed class CollectorOutcomesTests
{
    private static readonly CollectorOutcome Gpu = new() { Collector = "gpu", Message = "1" };
    private static readonly CollectorOutcome Host = new() { Collector = "host" };

    [Fact]
    public void A_change_leaves_the_original_as_it_was()
    {
        var one = CollectorOutcomes.Empty.With(Gpu);
        var two = one.With(Host, Gpu with { Message = "2" });

        Assert.Empty(CollectorOutcomes.Empty);
        Assert.Equal(["1"], one.Select(o => o.Message));
        Assert.Equal(["host", "gpu"], two.Select(o => o.Collector));
        Assert.Equal("2", two["gpu"].Message);
        Assert.Equal(["gpu"], two.Without(["host", "xid"]).Select(o => o.Collector));
        Assert.True(two.Contains("host"));
    }

    [Fact]
    public void Each_collector_has_its_position_and_others_have_none()
    {
        var all = CollectorOutcomes.Empty.With([.. CollectorCatalog.All.Select(c => new CollectorOutcome { Collector = c.Name })]);
        Assert.All(CollectorCatalog.All.Index(), c => Assert.Equal(c.Item.Name, all[c.Index]?.Collector));
        Assert.Null(all.Find("unknown"));
        Assert.Throws<KeyNotFoundException>(() => CollectorOutcomes.Empty["gpu"]);
        Assert.Throws<KeyNotFoundException>(() => all.With(new CollectorOutcome { Collector = "unknown" }));
    }
}
