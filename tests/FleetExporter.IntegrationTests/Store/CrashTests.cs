using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Store;
using FleetExporter.Tests;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>Acknowledged writes survive any end of the process.</summary>
public sealed class CrashTests
{
    private static readonly int Kills = LongForm.Count(20, 100);
    private const int ServerCrashes = 3;
    private const int Acknowledged = 4;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Acknowledged_writes_survive_killing_the_process(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var acknowledged = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            acknowledged += await CheckAsync(store, await KillAsync(store, store.Url, () => Task.CompletedTask));
        }

        Assert.True(acknowledged > 3 * Kills, $"only {acknowledged} writes were acknowledged");
        if (kind == StoreKind.Sqlite)
        {
            Assert.Equal("ok", (await store.AskAsync("PRAGMA integrity_check")).Output);
            Assert.Equal("", (await store.AskAsync("PRAGMA foreign_key_check")).Output);
        }
    }

    [Fact]
    public async Task Acknowledged_writes_survive_killing_PostgreSQL()
    {
        await using var server = await PostgresServer.StartAsync();
        var config = await server.NewAsync();
        await using var store = StoreBackend.On(config, server);
        for (var crash = 0; crash < ServerCrashes; crash++)
        {
            await CheckAsync(store, await KillAsync(store, store.Url, server.CrashAsync));
        }
    }

    /// <summary>Starts the writer, waits for some acknowledgements and a random time, runs the action and kills the writer.</summary>
    /// <returns>The complete lines that it printed.</returns>
    private static async Task<string[]> KillAsync(StoreBackend store, string url, Func<Task> happens)
    {
        await using var writer = Child.Start(Repository.StoreWriter, [url, store.Folder], store.Folder);
        await Until.TrueAsync(
            () => writer.HasExited || writer.Output.Count(c => c == '\n') >= Acknowledged, "writes are acknowledged", () => writer.Output);
        Assert.False(writer.HasExited, writer.Output);
        await Task.Delay(Random.Shared.Next(60), Stop);
        await happens();
        writer.Send(Signal.Kill);
        await writer.EndAsync(TimeSpan.FromSeconds(20));
        return writer.Output[..(writer.Output.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<int> CheckAsync(StoreBackend store, string[] lines)
    {
        await using var database = store.Open();
        var jobs = new Jobs(database);
        // A server that was just started may need longer than an operation of the store waits.
        var listed = await Until.SeenAsync(
            async () => await new AuditLog(database).ListAsync(Page<AuditEntry>.MaxItems, null, Stop) is { Success: true } page ? page : null,
            "the audit can be read", () => store.Url);
        var rows = listed.Value!.Items.Select(r => r.Id).ToHashSet();
        var checkedWrites = 0;
        foreach (var words in lines.Select(line => line.Split(' ')))
        {
            switch (words)
            {
                case ["job", var name]:
                    Assert.True((await jobs.FindAsync(name, Stop)).Success, $"{name} is lost");
                    break;
                case ["metric", var name, var step]:
                    var job = (await jobs.FindAsync(name, Stop)).Value!;
                    Assert.Equal((JobStatus.Running, step), (job.Status, job.Metrics["step"]!.ToString()));
                    break;
                case ["audit", var id]:
                    Assert.Contains(long.Parse(id, System.Globalization.CultureInfo.InvariantCulture), rows);
                    break;
                default:
                    // Its output when the server is gone.
                    continue;
            }

            checkedWrites++;
        }

        Assert.True(checkedWrites > 0, string.Join('\n', lines));
        return checkedWrites;
    }
}
