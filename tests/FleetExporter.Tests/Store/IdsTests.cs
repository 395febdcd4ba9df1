using FleetExporter.Store;

namespace FleetExporter.Tests.Store;

/// <summary>Ids of stored things sort by creation.</summary>
public sealed class IdsTests
{
    [Fact]
    public void Ids_of_one_millisecond_sort_by_creation()
    {
        var start = new DateTimeOffset(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);
        var ids = Enumerable.Range(0, 20_000).Select(i => Ids.New(start.AddTicks(i * 3))).ToList();

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Equal((7, true), (Guid.Parse(id).Version, Ids.LooksLikeId(id))));
        Assert.Equal(start.ToUnixTimeMilliseconds(), Convert.ToInt64(ids[0][..8] + ids[0][9..13], 16));
    }
}
