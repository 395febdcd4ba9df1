using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>Rows that are added at the same time share transactions, and each has its own result.</summary>
public sealed class GroupCommitTests
{
    private const int Many = 1000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task A_thousand_concurrent_rows_need_few_transactions_and_get_unique_ids(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        await PrepareAsync(store);
        var transactions = new HashSet<UnitOfWork>(ReferenceEqualityComparer.Instance);
        var rows = new GroupCommit<Row>(store.Database, async (work, row) =>
        {
            transactions.Add(work);
            return await InsertAsync(work, row);
        });

        var kept = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => rows.AddAsync(new Row($"{i}"))));

        Assert.All(kept, (row, i) => Assert.Equal($"{i}", row.Value!.Name));
        Assert.Equal(Many, kept.Select(row => row.Value!.Id).Distinct().Count());
        Assert.Equal($"{Many}", (await store.AskAsync("SELECT COUNT(*) FROM grouped")).Output);
        Assert.InRange(transactions.Count, 4, 20);
    }

    [Theory, EveryStore]
    public async Task A_rejected_row_fails_alone(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        await PrepareAsync(store);
        var rows = new GroupCommit<Row>(store.Database, InsertAsync);

        var adding = Enumerable.Range(0, 20).Select(i => rows.AddAsync(new Row(i == 7 ? null : $"{i}"))).ToList();

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => adding[7]);
        adding.RemoveAt(7);
        Assert.All(await Task.WhenAll(adding), row => Assert.True(row.Success));
        Assert.Equal("19", (await store.AskAsync("SELECT COUNT(*) FROM grouped")).Output);
    }

    private static async Task PrepareAsync(StoreBackend store)
    {
        Assert.Null(await store.Database.OpenAsync(Stop));
        var id = store.Database.Dialect == "sqlite" ? "INTEGER PRIMARY KEY" : "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";
        var made = await store.Database.WriteAsync<string>(
            async work =>
            {
                await work.RunAsync($"CREATE TABLE grouped (id {id}, name TEXT NOT NULL)", new { });
                return "made";
            },
            Stop);
        Assert.True(made.Success);
    }

    private static async Task<Row> InsertAsync(UnitOfWork work, Row row) =>
        row with { Id = await work.OneAsync<long>("INSERT INTO grouped (name) VALUES (@Name) RETURNING id", new { row.Name }) };

    private sealed record Row(string? Name, long Id = 0);
}
