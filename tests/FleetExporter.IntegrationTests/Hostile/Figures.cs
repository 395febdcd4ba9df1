using FleetExporter.Tests;

namespace FleetExporter.IntegrationTests.Hostile;

/// <summary>What an <see cref="Observer"/> has measured.</summary>
/// <param name="Late">By how much the polls of the honest hosts were late.</param>
/// <param name="Pages">Time for <c>/metrics</c>.</param>
/// <param name="Hosts">Time for <c>/api/hosts</c>.</param>
internal sealed record Figures(Timings Late, Timings Pages, Timings Hosts, IReadOnlyList<ServiceUse> Use)
{
    private static readonly bool IsLong = LongForm.Count(0, 1) == 1;

    public long MaxResident => Use.Max(u => u.Resident);

    /// <summary>By how much the second half's highest resident memory exceeds the first half's.</summary>
    public long Climb => Use.Skip(Use.Count / 2).Max(u => u.Resident) - Use.Take(Use.Count / 2).Max(u => u.Resident);

    /// <summary>The honest hosts are polled in time, and the answers are prompt.</summary>
    public void Check(Figures quiet)
    {
        Assert.True(Late.P99 < HostileFleet.Interval, $"honest polls are late: {this}, quiet {quiet}");
        CheckAnswers("/metrics", Pages, quiet.Pages);
        CheckAnswers("/api/hosts", Hosts, quiet.Hosts);
        if (IsLong)
        {
            Assert.True(Climb < 10 << 20, $"the memory grows on: {this}");
        }
    }

    /// <summary>In the short form an absolute bound: a busy machine doubles what takes milliseconds.</summary>
    private static void CheckAnswers(string path, Timings attacked, Timings quiet)
    {
        var bound = IsLong ? (2 * quiet.P99) + TimeSpan.FromMilliseconds(50) : TimeSpan.FromSeconds(2);
        Assert.True(attacked.P99 < bound, $"{path} takes {attacked} under attack, {quiet} without");
    }

    public override string ToString() =>
        $"late p99 {Late}, /metrics p99 {Pages}, /api/hosts p99 {Hosts}, "
        + $"resident {MaxResident >> 20} MiB, climb {Climb >> 20} MiB, disk {Use[^1].Disk >> 10} KiB";
}
