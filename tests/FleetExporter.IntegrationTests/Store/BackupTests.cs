using System.Globalization;
using FleetExporter.Config;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Metrics;
using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary><c>backup</c> while an exporter and another process write to the store, and <c>restore</c> elsewhere.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Original => _folder.PathOf("data");

    private string Restored => _folder.PathOf("elsewhere", "data");

    private string Archive => _folder.PathOf("fleet.tar.gz");

    [Fact]
    public async Task A_backup_during_writes_has_every_write_acknowledged_before_it_and_no_part_of_another()
    {
        await using var exporter = await Exporter.StartAsync(_folder, "data_dir: data\nhosts: []\n");
        string[] acknowledged;
        await using (var writer = Child.Start(Repository.StoreWriter, ["sqlite", Original], _folder.Path))
        {
            await Until.TrueAsync(
                () => writer.HasExited || writer.Output.Count(c => c == '\n') >= 300, "writes are acknowledged", () => writer.Output);
            acknowledged = LinesOf(writer);
            await RunAsync(0, "backup", Archive);
            Assert.False(writer.HasExited, writer.Output);
            Assert.True(LinesOf(writer).Length > acknowledged.Length, "nothing was written during the backup");
        }

        await RunAsync(1, "restore", Archive, "--force");
        await RunAsync(0, "restore", Archive, "--data-dir", Restored);

        await using (var database = Databases.Create(
            new StoreConfig.Sqlite(), Restored, TimeProvider.System, new StoreMetrics(new ExporterMetrics())))
        {
            Assert.Null(await database.OpenAsync(Stop));
            await CheckAsync(database, acknowledged);
        }

        Assert.Null(SqliteFile.DamageOf(Path.Combine(Restored, SqliteFile.Name)));
        await CheckStartAsync();
    }

    [Fact]
    public async Task A_killed_exporter_does_not_prevent_a_restore()
    {
        await using var exporter = await Exporter.StartAsync(_folder, "data_dir: data\nhosts: []\n");
        var key = await File.ReadAllTextAsync(Path.Combine(Original, "admin.key"), Stop);
        await RunAsync(0, "backup", Archive);
        var refused = await RunAsync(1, "restore", Archive, "--force");
        Assert.Contains($"an exporter runs on {Original}; stop it first", refused.Error, StringComparison.Ordinal);

        await exporter.KillAsync();
        await File.WriteAllTextAsync(Path.Combine(Original, "admin.key"), "a damaged key", Stop);
        await RunAsync(0, "restore", Archive, "--force");

        Assert.Equal(key, await File.ReadAllTextAsync(Path.Combine(Original, "admin.key"), Stop));
        Assert.Single(Directory.GetDirectories(_folder.Path, "data.before-restore-*"));
    }

    [Fact]
    public async Task A_mount_point_keeps_its_place_and_its_previous_files()
    {
        await using (await Exporter.StartAsync(_folder, "data_dir: data\nhosts: []\n"))
        {
            await RunAsync(0, "backup", Archive);
        }

        var disk = _folder.Make("disk");
        await File.WriteAllTextAsync(Path.Combine(disk, "admin.key"), "other", Stop);
        string[] script =
        [
            "--mount", "sh", "-c", "mount --bind \"$1\" \"$1\" && \"$0\" restore \"$2\" --data-dir \"$1\" --force",
            Repository.Service, disk, Archive,
        ];
        await Tool.RunAsync("unshare", script);

        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(Original, "admin.key"), Stop),
            await File.ReadAllTextAsync(Path.Combine(disk, "admin.key"), Stop));
        var kept = Assert.Single(Directory.GetDirectories(disk, "before-restore-*"));
        Assert.Equal("other", await File.ReadAllTextAsync(Path.Combine(kept, "admin.key"), Stop));
        Assert.Empty(Directory.GetDirectories(disk, ".restore-*"));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Complete lines only.</summary>
    private static string[] LinesOf(Child writer) =>
        writer.Output is var text ? text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];

    private static async Task CheckAsync(Database database, string[] acknowledged)
    {
        var jobs = new List<Job>();
        for (string? cursor = null; jobs.Count == 0 || cursor is not null;)
        {
            var page = await new Jobs(database).ListAsync(null, null, 100, cursor, Stop);
            jobs.AddRange(page.Value!.Items);
            cursor = page.Value.NextCursor;
        }

        var byName = jobs.ToDictionary(j => j.Name);
        foreach (var words in acknowledged.Select(line => line.Split(' ')).Where(w => w[0] is "job" or "metric"))
        {
            Assert.True(byName.TryGetValue(words[1], out var job), $"{words[1]} is lost");
            Assert.True(words[0] == "job" || job.Metrics["step"]!.ToString() == words[2], $"{words[1]} has not its metric");
        }

        // Each writer is sequential: only its last job can be without the metric that follows it.
        foreach (var writer in jobs.GroupBy(j => j.Name[..j.Name.LastIndexOf('-')]))
        {
            var inOrder = writer.OrderBy(j => int.Parse(j.Name[(j.Name.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture)).ToList();
            Assert.All(inOrder.SkipLast(1), j => Assert.Equal(JobStatus.Running, j.Status));
        }
    }

    private async Task CheckStartAsync()
    {
        using var other = new TestFolder();
        await using var exporter = await Exporter.StartAsync(other, $"data_dir: {Restored}\nhosts: []\n");
        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(Original, "admin.key"), Stop),
            await File.ReadAllTextAsync(Path.Combine(Restored, "admin.key"), Stop));

        // Needs the admin key, and the store.
        Assert.NotEmpty((await exporter.JsonAsync("/api/audit"))["items"]!.AsArray());
    }

    private async Task<ToolResult> RunAsync(int exit, params string[] arguments)
    {
        var result = await Tool.TryAsync(Repository.Service, ["--config", _folder.PathOf("fleet.yml"), .. arguments]);
        Assert.True(result.Exit == exit, $"{string.Join(' ', arguments)} exited with {result.Exit}: {result.Error}{result.Output}");
        return result;
    }
}
