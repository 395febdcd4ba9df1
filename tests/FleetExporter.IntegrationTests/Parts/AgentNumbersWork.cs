namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Work of two agents, for comparing numbers, with cron jobs that succeed, fail and are disabled.</summary>
internal static class AgentNumbersWork
{
    public const string Second = "second";

    public static async Task DoAsync(OpenClawAdmin admin)
    {
        await admin.CallAsync("agents.create", $$"""{"name":"{{Second}}","workspace":"second-workspace"}""");
        await AgentWork.DoAsync(admin);
        await admin.TurnAsync("hello", agent: Second);
        await AgentWork.RunAsync(admin, await AgentWork.AddJobAsync(admin, "others", "fake/fake-chat", Second));
        var disabled = await AgentWork.AddJobAsync(admin, "disabled", "fake/fake-chat", Second);
        await admin.CallAsync("cron.update", $$$"""{"id":"{{{disabled}}}","patch":{"enabled":false}}""");
    }
}
