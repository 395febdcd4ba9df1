using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>The audit's table, on every kind of store.</summary>
public sealed class AuditTableTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task Rows_come_back_whole_the_latest_first_in_pages(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var rows = new List<AuditEntry>();
        foreach (var i in Enumerable.Range(0, 5))
        {
            rows.Add((await store.Audit.AddAsync(Entry(store, i), Stop)).Value!);
        }

        var first = (await store.Audit.ListAsync(3, null, Stop)).Value!;
        var rest = (await store.Audit.ListAsync(3, first.NextCursor, Stop)).Value!;

        rows.Reverse();
        Assert.Equal(rows, first.Items.Concat(rest.Items));
        Assert.Null(rest.NextCursor);
    }

    [Theory, EveryStore]
    public async Task Nobody_changes_or_removes_a_row(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        await store.Audit.AddAsync(Entry(store, 1), Stop);
        string[] attempts =
        [
            "UPDATE audit SET who = 'nobody'",
            "DELETE FROM audit",
            kind == StoreKind.Sqlite
                ? "INSERT OR REPLACE INTO audit (id, at, who, address, action, duration_ms, outcome) VALUES (1, 0, 'nobody', '', '', 0, 'ok')"
                : "TRUNCATE audit",
        ];

        foreach (var sql in attempts)
        {
            var (done, said) = await store.AskAsync(sql);

            Assert.False(done, sql);
            Assert.Contains("the audit is append-only", said, StringComparison.Ordinal);
        }

        Assert.Equal("key", (await store.Audit.ListAsync(10, null, Stop)).Value!.Items.Single().Who);
    }

    [Theory, EveryStore]
    public async Task A_second_start_finds_the_schema_and_a_newer_one_is_left_alone(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        Assert.Null(await store.Database.OpenAsync(Stop));

        await using (var second = store.Open())
        {
            Assert.Null(await second.OpenAsync(Stop));
        }

        Assert.True((await store.AskAsync("INSERT INTO schema_version (version, applied_at) VALUES (99, 0)")).Done);
        await using var old = store.Open();
        Assert.IsType<StoreError.Unavailable>(await old.OpenAsync(Stop));
        Assert.IsType<StoreError.Unavailable>((await new AuditLog(old).AddAsync(Entry(store, 1), Stop)).Error);
    }

    [Theory, EveryStore]
    public async Task Every_outcome_is_kept_beside_the_rows_of_an_older_schema(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        string[] older =
        [
            .. Migrations.All(store.Database.Dialect).Take(2),
            "CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at BIGINT NOT NULL)",
            "INSERT INTO schema_version (version, applied_at) VALUES (1, 0), (2, 0)",
            "INSERT INTO audit (at, who, address, action, duration_ms, outcome) VALUES (0, 'older', '::1', 'kill', 5, 'failed')",
        ];
        foreach (var sql in older)
        {
            var (done, said) = await store.AskAsync(sql);
            Assert.True(done, said);
        }

        var outcomes = Enum.GetValues<AuditOutcome>();
        foreach (var outcome in outcomes)
        {
            Assert.True((await store.Audit.AddAsync(Entry(store, 1) with { Outcome = outcome }, Stop)).Success);
        }

        var rows = (await store.Audit.ListAsync(10, null, Stop)).Value!.Items.Reverse();
        Assert.Equal([(1L, "older", AuditOutcome.Failed), .. outcomes.Select((o, i) => (i + 2L, "key", o))], rows.Select(r => (r.Id, r.Who, r.Outcome)));
        Assert.Contains("the audit is append-only", (await store.AskAsync("DELETE FROM audit")).Said, StringComparison.Ordinal);
        Assert.Contains("the audit is append-only", (await store.AskAsync("UPDATE audit SET who = 'nobody'")).Said, StringComparison.Ordinal);
    }

    private static AuditEntry Entry(StoreBackend store, int i) => new()
    {
        At = store.Clock.Now,
        Who = "key",
        Address = "::1",
        Action = "exec",
        Target = "host",
        Command = $"echo 'ü' {i}",
        ExitCode = i % 2 == 0 ? null : -i,
        Duration = TimeSpan.FromMilliseconds(i),
        Outcome = AuditOutcome.Failed,
    };
}
