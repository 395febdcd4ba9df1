using FleetExporter.Config;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>The real agent with a fake nvidia-smi, pushing to the real service.</summary>
public sealed class AgentTests
{
    private const string Key = "the-key-of-the-beast";

    private static readonly string Devices = $"hosts: []\ndevices: [{{ name: beast, key_hash: \"{KeyHash.Of(Key)}\", stale_after: 3s }}]\n";

    [Fact]
    public async Task A_push_is_published_until_it_is_stale()
    {
        using var folder = new TestFolder();
        FakeNvidiaSmi.H100(folder);
        await using var exporter = await Exporter.StartAsync(folder, Devices);

        await using var agent = Agent(folder, exporter.Http.BaseAddress!.ToString(), "--once");

        Assert.True(await agent.EndAsync(TimeSpan.FromSeconds(20)) == 0, agent.Output);
        var page = await exporter.PageAsync();
        Assert.Equal(
            1, page.Value("fleet_gpu_info", ("host", "beast"), ("gpu", "0"), ("name", "NVIDIA H100 80GB HBM3"), ("driver_version", "590.48.01")));
        Assert.Equal(631.95, page.Value("fleet_gpu_power_draw_watts", ("host", "beast")));
        Assert.Equal(1, page.Value("fleet_host_status", ("host", "beast"), ("status", "online")));
        page = await exporter.UntilAsync("the device is offline", p => p.Find("fleet_device_up", ("host", "beast")) == 0, TimeSpan.FromSeconds(10));
        Assert.Empty(page.Of("fleet_gpu_info"));
        Assert.Equal(1, page.Value("fleet_host_status", ("host", "beast"), ("status", "offline")));
        await exporter.StopAsync();
    }

    [Fact]
    public async Task The_agent_continues_when_the_service_is_back()
    {
        using var folder = new TestFolder();
        FakeNvidiaSmi.H100(folder);
        var listen = $"127.0.0.1:{Ports.Free()}";
        var address = "http://" + listen;
        folder.Write("fleet.yml", $"listen: {listen}\n{Devices}");
        await using var agent = Agent(folder, address, "--interval", "500ms");
        await Until.TrueAsync(
            () => agent.Output.Contains("refused:", StringComparison.Ordinal), "the agent says that nobody listens", () => agent.Output);

        for (var run = 0; run < 2; run++)
        {
            await using var service = Exporter.Launch(folder, folder.Path, []);
            using var http = new HttpClient();
            await Until.SeenAsync(
                async () => (await http.GetStringAsync($"{address}/metrics")).Contains("fleet_device_up{host=\"beast\"} 1", StringComparison.Ordinal)
                    ? agent
                    : null,
                "the device pushes", () => $"{agent.Output}\n{service.Output}");
            service.Send(Signal.Term);
            Assert.Equal(0, await service.EndAsync(TimeSpan.FromSeconds(20)));
        }

        agent.Send(Signal.Term);
        Assert.Equal(0, await agent.EndAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains("pushing again: 1 GPU every 500ms", agent.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "does not accept the key")]
    [InlineData(false, "nvidia-smi not found")]
    public async Task Errors_are_explained(bool smi, string words)
    {
        using var folder = new TestFolder();
        if (smi)
        {
            FakeNvidiaSmi.H100(folder);
        }

        await using var exporter = await Exporter.StartAsync(folder, "hosts: []\n");

        await using var agent = Agent(folder, exporter.Http.BaseAddress!.ToString(), "--once");

        Assert.Equal(1, await agent.EndAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains(words, agent.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, agent.Output, StringComparison.Ordinal);
        await exporter.StopAsync();
    }

    private static Child Agent(TestFolder folder, string service, params IEnumerable<string> arguments) => Exporter.Launch(
        folder, folder.Path, ["agent", "--push", service, "--key-file", folder.Write("beast.key", Key + "\n"), .. arguments],
        new Dictionary<string, string?> { ["PATH"] = $"{FakeNvidiaSmi.FolderIn(folder)}:{Environment.GetEnvironmentVariable("PATH")}" });
}
