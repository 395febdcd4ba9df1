using FleetExporter.Store;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>The table of the audit, on every kind of store.</summary>
public sealed class AuditTableTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task Rows_round_trip_newest_first_in_pages(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var rows = new List<AuditEntry>();
        foreach (var i in Enumerable.Range(0, 5))
        {
            rows.Add((await store.Audit.AddAsync(Entry(store, i))).Value!);
        }

        var first = (await store.Audit.ListAsync(3, null, Stop)).Value!;
        var rest = (await store.Audit.ListAsync(3, first.NextCursor, Stop)).Value!;

        rows.Reverse();
        Assert.Equal(rows, first.Items.Concat(rest.Items));
        Assert.Null(rest.NextCursor);
    }

    [Theory, EveryStore]
    public async Task Rows_cannot_be_changed_or_deleted(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        store.Clock.Now = TimeProvider.System.GetUtcNow();
        await store.Audit.AddAsync(Entry(store, 1));
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
    public async Task Rows_are_deleted_after_their_retention_and_never_before_60_days(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var now = store.Clock.Now = TimeProvider.System.GetUtcNow();
        Assert.Null(await store.Database.OpenAsync(Stop));
        var (filled, error) = await store.AskAsync(FormattableString.Invariant(
            $"""
            INSERT INTO audit (at, who, address, action, duration_ms, outcome)
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
            SELECT {now.AddDays(-400).ToUnixTimeMilliseconds()} + i, 'old', '::1', 'exec', 5, 'ok' FROM n
            """));
        Assert.True(filled, error);
        foreach (var days in new[] { 91, 89, 59, 1, 400 })
        {
            Assert.True((await store.Audit.AddAsync(Entry(store, days) with { At = now.AddDays(-days) })).Success);
        }

        Assert.Null(await store.Audit.TrimAsync(now.AddDays(-90), Stop));
        Assert.Equal([1, 59, 89], (await store.Audit.ListAsync(10, null, Stop)).Value!.Items.Select(r => (int)(now - r.At).TotalDays));

        Assert.True((await store.AskAsync("DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT 1)")).Done);
        var (done, said) = await store.AskAsync("DELETE FROM audit");
        Assert.False(done);
        Assert.Contains("the audit is append-only", said, StringComparison.Ordinal);
        Assert.Equal(2, (await store.Audit.ListAsync(10, null, Stop)).Value!.Items.Count);
    }

    [Theory, EveryStore]
    public async Task Every_outcome_is_stored_along_with_rows_of_an_older_schema(StoreKind kind)
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
            Assert.True((await store.Audit.AddAsync(Entry(store, 1) with { Outcome = outcome })).Success);
        }

        var rows = (await store.Audit.ListAsync(10, null, Stop)).Value!.Items.Reverse();
        Assert.Equal(
            [(1L, "older", AuditOutcome.Failed), .. outcomes.Select((o, i) => (i + 2L, "key", o))], rows.Select(r => (r.Id, r.Who, r.Outcome)));
        Assert.Contains("the audit is append-only", (await store.AskAsync("UPDATE audit SET who = 'nobody'")).Output, StringComparison.Ordinal);
    }

    [Theory, EveryStore]
    public async Task A_call_with_two_rows_is_listed_once_with_its_start_and_outcome(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var first = await BeginAsync(store, Run(1), "first");
        var single = (await store.Audit.AddAsync(Entry(store, 7))).Value!;
        var second = await BeginAsync(store, Run(1), "second");
        await EndAsync(store, first, AuditOutcome.Ok, 3);

        var listed = (await store.Audit.ListAsync(10, null, Stop)).Value!.Items;

        Assert.Equal([second.Id, single.Id, first.Id], listed.Select(r => r.Id));
        Assert.Equal(
            [
                ("second", AuditOutcome.Begun, (int?)null, TimeSpan.Zero),
                ("echo 'ü' 7", AuditOutcome.Failed, -7, single.Duration),
                ("first", AuditOutcome.Ok, 3, TimeSpan.FromSeconds(5)),
            ],
            listed.Select(r => (r.Command!, r.Outcome, r.ExitCode, r.Duration)));
        var page = (await store.Audit.ListAsync(1, null, Stop)).Value!;
        Assert.Equal(listed[1], Assert.Single((await store.Audit.ListAsync(1, page.NextCursor, Stop)).Value!.Items));
    }

    [Theory, EveryStore]
    public async Task Only_unfinished_calls_of_earlier_runs_are_ended(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var ended = await BeginAsync(store, Run(1), "ended");
        await EndAsync(store, ended, AuditOutcome.Ok, 0);
        List<AuditEntry> lost =
            [await BeginAsync(store, Run(1), "lost 1"), await BeginAsync(store, Run(2), "lost 2"), await BeginAsync(store, Run(2), "lost 3")];
        await BeginAsync(store, Run(3), "runs");
        await BeginAsync(store, new ExporterInstance("other", "1"), "of another service");

        var some = await store.Audit.EndUnfinishedAsync(Run(3), store.Clock.Now, 2, Stop);
        var rest = await store.Audit.EndUnfinishedAsync(Run(3), store.Clock.Now, 2, Stop);
        var none = await store.Audit.EndUnfinishedAsync(Run(3), store.Clock.Now, 2, Stop);

        Assert.Equal(lost.Select(c => c.Id), some.Value!.Concat(rest.Value!).Select(c => c.Id));
        Assert.Empty(none.Value!);
        var listed = (await store.Audit.ListAsync(10, null, Stop)).Value!.Items;
        Assert.Equal(
            ["of another service Begun", "runs Begun", "lost 3 Unknown", "lost 2 Unknown", "lost 1 Unknown", "ended Ok"],
            listed.Select(r => $"{r.Command} {r.Outcome}"));

        // An exporter that was considered dead but was not.
        await EndAsync(store, lost[0], AuditOutcome.Ok, 1);
        var after = (await store.Audit.ListAsync(10, null, Stop)).Value!.Items.Single(r => r.Id == lost[0].Id);
        Assert.Equal((AuditOutcome.Ok, 1), (after.Outcome, after.ExitCode));
    }

    [Theory, EveryStore]
    public async Task Invalid_characters_are_replaced(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);

        Assert.True((await store.Audit.AddAsync(Entry(store, 1) with { Target = "a\ud83d", Command = "b\0c\udc00" })).Success);

        var row = Assert.Single((await store.Audit.ListAsync(10, null, Stop)).Value!.Items);
        Assert.Equal(("a\ufffd", "b\ufffdc\ufffd"), (row.Target, row.Command));
    }

    private static ExporterInstance Run(int run) => new("me", $"{run}");

    private static async Task<AuditEntry> BeginAsync(StoreBackend store, ExporterInstance by, string command)
    {
        var begun = Entry(store, 0) with { Command = command, ExitCode = null, Duration = TimeSpan.Zero, Outcome = AuditOutcome.Begun, By = by };
        return (await store.Audit.AddAsync(begun)).Value!;
    }

    private static async Task EndAsync(StoreBackend store, AuditEntry begun, AuditOutcome outcome, int exit)
    {
        var end = begun with { CallId = begun.Id, By = null, Command = null, ExitCode = exit, Duration = TimeSpan.FromSeconds(5), Outcome = outcome };
        Assert.True((await store.Audit.AddAsync(end)).Success);
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
