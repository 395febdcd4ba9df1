namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Starts a gateway, makes it work, and compares its numbers with those of an exporter that watches it.</summary>
internal static class AgentNumbersRun
{
    /// <param name="version">Of the gateway; null for the current one.</param>
    public static async Task CheckAsync(string? version)
    {
        using var folder = new TestFolder();
        await using var gateway = await OpenClawGateway.StartAsync(folder, version);
        await using var admin = await gateway.AdminAsync();
        await AgentNumbersWork.DoAsync(admin);
        var usage = await AgentNumbers.UsageAsync(admin);
        folder.Write("token", OpenClawGateway.Token + "\n");
        var clock = new WallClock(folder);
        await using var exporter = await Exporter.StartAsync(
            folder,
            $$"""
            poll_interval: 1s
            hosts: []
            gateways:
              - { name: claw, host: box, url: "{{gateway.Url}}", token_file: token, timeout: 10s }
            """,
            environment: clock.Environment);
        await exporter.UntilAsync(
            "usage of the gateway", p => p.Of("fleet_openclaw_tokens").Any() && p.Of("fleet_openclaw_cost_projected_month_usd").Any()
                && p.Of("fleet_openclaw_cron_last_success").Count() == 3 && p.Of("fleet_openclaw_subagent_runs").Any());
        var numbers = new AgentNumbers(admin, exporter);

        await numbers.CostsAgreeAsync(usage);
        await numbers.SessionsAgreeAsync(usage);
        await numbers.JobsAgreeAsync();

        // More than an hour later, by the exporter's clock, the hourly jobs are late.
        Assert.Empty(await numbers.LateAsync());
        clock.Set(TimeSpan.FromMinutes(66));
        await Until.SeenAsync(
            async () => await numbers.LateAsync() is var late && late.SequenceEqual(["job-fails", "job-others", "job-works"]) ? late : null,
            "the hourly jobs are overdue", () => exporter.Log);
    }
}
