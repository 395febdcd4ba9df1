using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>GPUs that are free, and what is started only where some are.</summary>
public abstract class FreeGpusTests(string client) : SshTests(client)
{
    [Fact]
    public async Task The_workflow_starts_a_training_only_where_a_GPU_is_free()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        var smi = FakeNvidiaSmi.H100(machine.Folder);
        await using var busy = Child.Start("setpriv", machine.User.As("sleep", "600"));
        smi.Processes((FakeNvidiaSmi.UuidOf(0), busy.Pid, "python", 1000));
        await using var exporter = await Exporter.StartAsync(
            machine.Folder, ConnectionsTests.WithoutHosts(machine) + "thresholds: { gpu_free_seconds: 2 }\n");
        await using var prometheus = await HistoryTests.ScrapedAsync(machine, exporter, "thresholds: { gpu_free_seconds: 2 }\n");
        var connection = await ConnectionsTests.DoAsync(exporter, HttpMethod.Post, "/api/dgx/connections", ConnectionsTests.Connection(machine));
        await ConnectionsTests.DoAsync(exporter, HttpMethod.Post, $"/api/dgx/connect/{connection.Text("id")}");
        var gpu = await RowAsync(exporter, "its process is known", g => g.Text("not_free") == "processes");
        Assert.Equal((false, 1), (gpu["free"]!.GetValue<bool>(), (int)gpu.Number("processes")!.Value));

        var refused = await RunAsync(exporter, connection.Text("name"));
        Assert.Equal((3, "no GPU is free: GPU 0 of dgx-1 is not, because of processes"), (refused.Exit, refused.Error.Trim()));
        Assert.Empty((await exporter.JsonAsync("/api/dgx/jobs")).List("items"));

        await busy.KillAsync();
        smi.Rest();
        gpu = await RowAsync(exporter, "it is free", g => g["free"]!.GetValue<bool>());
        Assert.NotNull(gpu["available_since"]);
        Assert.Null(gpu["not_free"]);
        var result = await RunAsync(exporter, connection.Text("name"));
        Assert.True(result.Exit == 0, $"{result.Exit}: {result.Output}{result.Error}\n{exporter.Log}");
        Assert.EndsWith("workflow ok", result.Trimmed, StringComparison.Ordinal);

        // A threshold of the API applies from the next answer on.
        await ConnectionsTests.DoAsync(exporter, HttpMethod.Put, "/api/monitoring/thresholds/gpu_free_seconds", new { value = 1e6 });
        await RowAsync(exporter, "it was used too recently", g => g.Text("not_free") == "recently_used");
    }

    private static Task<JsonNode> RowAsync(
        Exporter exporter, string what, Func<JsonNode, bool> holds) => Until.SeenAsync(
        async () => (await exporter.JsonAsync("/api/gpus")).List("items").FirstOrDefault(holds), what, () => exporter.Log);

    private static Task<ToolResult> RunAsync(Exporter exporter, string host) => Tool.TryAsync(
        "bash", [Repository.PathOf("tests", "FleetExporter.IntegrationTests", "gpu-workflow.sh")], null, new Dictionary<string, string>
        {
            ["BASE"] = exporter.Http.BaseAddress!.ToString().TrimEnd('/'),
            ["KEY"] = exporter.Http.DefaultRequestHeaders.GetValues("X-API-Key").Single(),
            ["DGX"] = host,
        });

    public sealed class WithBuiltinClient() : FreeGpusTests("builtin");

    public sealed class WithOpenSsh() : FreeGpusTests("openssh");
}
