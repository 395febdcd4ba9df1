namespace FleetExporter.ReleaseTests;

/// <summary>Every number of the routes for agents equals what a real gateway answers itself, for the current gateway and an older one.</summary>
public sealed class AgentRoutesTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("2026.5.28")]
    public Task Every_number_is_the_gateways(string? version) => AgentNumbersRun.CheckAsync(version);
}
