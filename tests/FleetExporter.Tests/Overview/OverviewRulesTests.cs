using FleetExporter.Overview;

namespace FleetExporter.Tests.Overview;

public sealed class OverviewRulesTests
{
    [Theory]
    [InlineData(true, true, 90.0, 90.0, PartStatus.Ok)]
    [InlineData(true, true, 90.5, 90.0, PartStatus.Degraded)]
    [InlineData(true, true, 90.5, 95.0, PartStatus.Ok)]
    [InlineData(true, true, null, 90.0, PartStatus.Ok)]
    [InlineData(true, false, 40.0, 90.0, PartStatus.Error)]
    [InlineData(false, false, null, 90.0, PartStatus.Degraded)]
    public void Gpu(bool asked, bool there, double? temperature, double limit, PartStatus status) =>
        Assert.Equal(status, OverviewRules.Gpu(asked, there, temperature, limit));

    [Theory]
    [InlineData(true, true, false, null, PartStatus.Ok)]
    [InlineData(true, true, false, true, PartStatus.Ok)]
    [InlineData(true, true, false, false, PartStatus.Degraded)]
    [InlineData(true, true, true, null, PartStatus.Degraded)]
    [InlineData(true, false, true, true, PartStatus.Degraded)]
    [InlineData(true, false, false, null, PartStatus.Error)]
    [InlineData(true, false, false, true, PartStatus.Error)]
    [InlineData(false, false, false, null, PartStatus.Degraded)]
    public void Provider(bool asked, bool healthy, bool loading, bool? unitActive, PartStatus status) =>
        Assert.Equal(status, OverviewRules.Provider(asked, healthy, loading, unitActive));

    [Theory]
    [InlineData(true, true, false, true, PartStatus.Ok)]
    [InlineData(true, true, false, null, PartStatus.Ok)]
    [InlineData(true, true, false, false, PartStatus.Degraded)]
    [InlineData(true, false, true, true, PartStatus.Degraded)]
    [InlineData(true, false, false, true, PartStatus.Degraded)]
    [InlineData(true, false, false, false, PartStatus.Error)]
    [InlineData(true, false, false, null, PartStatus.Error)]
    [InlineData(false, false, false, true, PartStatus.Degraded)]
    public void Heartbeat(bool asked, bool healthy, bool loading, bool? unitActive, PartStatus status) =>
        Assert.Equal(status, OverviewRules.Heartbeat(asked, healthy, loading, unitActive));

    [Theory]
    [InlineData(true, true, true, PartStatus.Ok)]
    [InlineData(true, true, null, PartStatus.Ok)]
    [InlineData(true, true, false, PartStatus.Degraded)]
    [InlineData(true, false, true, PartStatus.Error)]
    [InlineData(false, false, null, PartStatus.Degraded)]
    public void Gateway(bool asked, bool ok, bool? channels, PartStatus status) => Assert.Equal(status, OverviewRules.Gateway(asked, ok, channels));

    [Theory]
    [InlineData(true, true, true, PartStatus.Ok)]
    [InlineData(true, true, false, PartStatus.Ok)]
    [InlineData(true, false, true, PartStatus.Degraded)]
    [InlineData(true, false, false, PartStatus.Error)]
    [InlineData(true, false, null, PartStatus.Error)]
    [InlineData(false, false, null, PartStatus.Degraded)]
    public void Tunnel(bool asked, bool reachable, bool? unitActive, PartStatus status) =>
        Assert.Equal(status, OverviewRules.Tunnel(asked, reachable, unitActive));

    [Theory]
    [InlineData(6, 0, 6, PartStatus.Ok)]
    [InlineData(5, 1, 6, PartStatus.Degraded)]
    [InlineData(1, 5, 6, PartStatus.Degraded)]
    [InlineData(5, 0, 6, PartStatus.Degraded)]
    [InlineData(0, 5, 6, PartStatus.Degraded)]
    [InlineData(0, 6, 6, PartStatus.Error)]
    [InlineData(0, 0, 6, PartStatus.Degraded)]
    public void Multimodal(int up, int down, int total, PartStatus status) => Assert.Equal(status, OverviewRules.Multimodal(up, down, total));

    [Theory]
    [InlineData(PartStatus.Ok)]
    [InlineData(PartStatus.Ok, PartStatus.Ok, PartStatus.Ok)]
    [InlineData(PartStatus.Degraded, PartStatus.Ok, PartStatus.Degraded)]
    [InlineData(PartStatus.Error, PartStatus.Degraded, PartStatus.Error, PartStatus.Ok)]
    public void Overall(PartStatus status, params PartStatus[] parts) => Assert.Equal(status, OverviewRules.Overall(parts));
}
