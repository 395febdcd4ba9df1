using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>
/// Every table is bounded, on every kind of store. The audit's bound is in <see cref="AuditTableTests"/>, that of attached sessions in
/// <see cref="AttachedSessionsTests"/>.
/// </summary>
public sealed class BoundsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task A_full_table_of_connections_rejects_rows_until_one_is_deleted(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        await FillAsync(
            store, "connections", "(id, name, hostname, is_active, created_at, updated_at, source, exec_policy)",
            "'c' || i, 'c' || i, 'h', 0, 0, 0, 'api', 'off'", Connections.Max);

        var refused = await store.Connections.AddAsync(new Connection { Name = "a", Hostname = "h" }, Stop);

        Assert.Equal(new StoreError.Conflict("connections", "the limit of 1,000 connections is reached; delete some"), refused.Error);

        // The hosts of fleet.yml are bounded by the file.
        var host = new Connection { Id = Ids.OfHost("box"), Name = "box", Hostname = "box.lan", Source = ConnectionSource.File };
        Assert.Empty((await store.Connections.MirrorAsync("self", [host], Stop)).Value!);
        Assert.True((await store.Connections.FindAsync("box", Stop)).Success);

        Assert.True((await store.Connections.RemoveAsync("c1", cascade: false, Stop)).Success);
        Assert.True((await store.Connections.AddAsync(new Connection { Name = "a", Hostname = "h" }, Stop)).Success);
    }

    [Theory, EveryStore]
    public async Task Full_tables_of_projects_and_jobs_reject_rows(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var connection = (await store.Connections.AddAsync(new Connection { Name = "c", Hostname = "h" }, Stop)).Value!;
        await FillAsync(
            store, "projects", "(id, connection_id, name, description, project_type, status, config, created_at, updated_at)",
            $"'p' || i, '{connection.Id}', 'p' || i, '', 'other', '', '{{}}', 0, 0", Projects.Max);
        await FillAsync(
            store, "jobs", "(id, project_id, name, status, config, metrics, created_at)",
            "'j' || i, 'p1', 'j' || i, 'pending', '{}', '{}', 0", Jobs.Max);

        var project = await store.Projects.AddAsync(new Project { Name = "more", ConnectionId = "c" }, Stop);
        var job = await store.Jobs.AddAsync(new Job { Name = "more", ProjectId = "p1" }, Stop);

        Assert.Equal(new StoreError.Conflict("projects", "the limit of 10,000 projects is reached; delete some"), project.Error);
        Assert.Equal(new StoreError.Conflict("jobs", "the limit of 100,000 jobs is reached; delete some"), job.Error);
    }

    [Theory, EveryStore]
    public async Task Exporters_that_do_not_return_are_deleted(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        for (var exporter = 0; exporter < 5; exporter++)
        {
            Assert.True((await store.Connections.MirrorAsync($"exporter {exporter}", [], Stop)).Success);
        }

        // A store that is not shared has one exporter only.
        Assert.Equal(kind == StoreKind.Sqlite ? "1" : "5", (await store.AskAsync("SELECT COUNT(*) FROM exporters")).Output);

        store.Clock.Now += Connections.OwnerTimeout + TimeSpan.FromSeconds(1);
        Assert.True((await store.Connections.MirrorAsync("exporter 5", [], Stop)).Success);
        Assert.Equal("exporter 5", (await store.AskAsync("SELECT id FROM exporters")).Output);
    }

    private static async Task FillAsync(StoreBackend store, string table, string columns, string row, int rows)
    {
        Assert.Null(await store.Database.OpenAsync(Stop));
        var (done, said) = await store.AskAsync(FormattableString.Invariant(
            $"INSERT INTO {table} {columns} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT {row} FROM n"));
        Assert.True(done, said);
    }
}
