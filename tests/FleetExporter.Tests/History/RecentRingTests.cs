using FleetExporter.History;

namespace FleetExporter.Tests.History;

/// <summary>One value in two resolutions.</summary>
public sealed class RecentRingTests
{
    private const int PerBucket = 30;

    private readonly RecentRing _ring = new();

    [Fact]
    public void The_last_hour_is_kept_as_it_was_taken_and_a_day_by_minimum_average_and_maximum()
    {
        for (var taking = 0; taking < 400 * PerBucket; taking++)
        {
            _ring.Add(taking, taking / PerBucket, taking % PerBucket);
        }

        const int Last = (400 * PerBucket) - 1;
        Assert.All(Enumerable.Range(0, 360), i => Assert.Equal((Last - i) % PerBucket, _ring.ValueOf(Last - i)));
        Assert.Equal(float.NaN, _ring.ValueOf(Last - 360));
        Assert.Equal(float.NaN, _ring.ValueOf(Last + 1));
        Assert.All(Enumerable.Range(0, 289), i => Assert.Equal((0f, 14.5f, 29f), _ring.ValuesOf(399 - i)));
        Assert.Equal(float.NaN, _ring.ValuesOf(399 - 289).Avg);
        Assert.Equal(float.NaN, _ring.ValuesOf(400).Avg);
    }

    [Fact]
    public void Gaps_stay_gaps_in_both_resolutions()
    {
        for (var taking = 0; taking < 10_000; taking++)
        {
            if (taking is < 100 or (>= 6000 and < 6030) or >= 9_900)
            {
                _ring.Add(taking, taking / PerBucket, 5);
            }
        }

        Assert.Equal(100, Enumerable.Range(9_640, 360).Count(t => _ring.ValueOf(t) == 5));
        Assert.Equal(260, Enumerable.Range(9_640, 360).Count(t => float.IsNaN(_ring.ValueOf(t))));
        Assert.Equal([200, 330, 331, 332, 333], Enumerable.Range(46, 288).Where(b => _ring.ValuesOf(b).Avg == 5));
        Assert.All(Enumerable.Range(201, 129), b => Assert.Equal((float.NaN, float.NaN, float.NaN), _ring.ValuesOf(b)));
    }

    [Fact]
    public void A_gap_longer_than_the_rings_leaves_nothing_of_the_time_before()
    {
        _ring.Add(0, 0, 1);
        _ring.Add(1, 1, 2);
        _ring.Add(100_000, 3_333, 3);
        _ring.Add(100_040, 3_334, 4);

        Assert.Equal([100_000, 100_040], Enumerable.Range(99_600, 500).Where(t => !float.IsNaN(_ring.ValueOf(t))));
        Assert.Equal([3_333, 3_334], Enumerable.Range(3_000, 400).Where(b => !float.IsNaN(_ring.ValuesOf(b).Avg)));
        Assert.Equal(float.NaN, _ring.ValueOf(0));
        Assert.Equal(float.NaN, _ring.ValuesOf(0).Avg);
    }

    [Fact]
    public void Nothing_is_known_before_the_first_value()
    {
        Assert.Equal(float.NaN, _ring.ValueOf(0));
        Assert.Equal(float.NaN, _ring.ValuesOf(0).Avg);
        _ring.Add(7, 3, 1);
        Assert.Equal(float.NaN, _ring.ValueOf(6));
        Assert.Equal(1, _ring.ValueOf(7));
        Assert.Equal(float.NaN, _ring.ValuesOf(2).Avg);
        Assert.Equal((1f, 1f, 1f), _ring.ValuesOf(3));
    }

    [Theory]
    [InlineData(0.001f)]
    [InlineData(1f)]
    [InlineData(97.3f)]
    [InlineData(699.4f)]
    [InlineData(81_559f)]
    [InlineData(1_500_000f)]
    public void A_value_keeps_three_digits(float value)
    {
        _ring.Add(0, 0, value);
        _ring.Add(1, 1, 0);

        Assert.Equal(value, _ring.ValueOf(0), value / 1000);
        Assert.Equal(value, _ring.ValuesOf(0).Avg, value / 1000);
    }
}
