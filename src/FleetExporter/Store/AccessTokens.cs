namespace FleetExporter.Store;

/// <summary>
/// The table of login sessions and tickets, separate for each exporter: exporters that share a store do not share tokens.
/// </summary>
/// <remarks>
/// Every write updates the remaining lifetime of all rows. A restart continues with the values of the last write, and the wall clock can only
/// shorten them.
/// </remarks>
internal sealed class AccessTokens(Database database, ExporterInstance instance, AccessTokenSeal seal)
{
    /// <summary>Rows of an exporter that has not written for this long are deleted; they have expired.</summary>
    private static readonly TimeSpan Retention = TimeSpan.FromDays(2);

    /// <summary>Below SQLite's limit of parameters.</summary>
    private const int MaxPerStatement = 5000;

    /// <summary>
    /// Subtracts the wall-clock time since the last write from each remaining lifetime, deletes expired rows and returns the others. Rows with an
    /// invalid seal are ignored.
    /// </summary>
    /// <param name="atLeast">Minimum to subtract, in case the wall clock was set back.</param>
    public Task<StoreResult<IReadOnlyList<AccessToken>>> LoadAsync(TimeSpan atLeast, CancellationToken stop) => database.WriteAsync(
        async Task<StoreResult<IReadOnlyList<AccessToken>>> (UnitOfWork work) =>
        {
            var now = Cells.Of(database.Clock.GetUtcNow());
            await work.RunAsync(
                """
                UPDATE access_tokens SET left_ms = left_ms - CASE WHEN @now - seen_at > @least THEN @now - seen_at ELSE @least END, seen_at = @now
                WHERE instance = @Id
                """,
                new { instance.Id, now, least = Milliseconds(atLeast) }).ConfigureAwait(false);
            await DeleteEndedAsync(work, now).ConfigureAwait(false);
            var rows = await work.ManyAsync<AccessTokenRow>(
                "SELECT hash, kind, key_hash, address, route, seal, left_ms FROM access_tokens WHERE instance = @Id ORDER BY left_ms, hash",
                new { instance.Id }).ConfigureAwait(false);
            return rows.Select(r => (r.Seal, Token: r.ToRecord())).Where(r => r.Seal == seal.Of(r.Token, instance.Id)).Select(r => r.Token).ToList();
        },
        stop);

    /// <summary>Deletes rows, shortens the remaining lifetime of the others and adds new rows, in one transaction.</summary>
    /// <param name="passed">Time since the last successful write or the load, by the monotonic clock.</param>
    /// <returns>An empty string, once it is on disk.</returns>
    public Task<StoreResult<string>> WriteAsync(TimeSpan passed, IEnumerable<AccessToken> added, IEnumerable<string> removed, CancellationToken stop)
    {
        var batches = removed.Chunk(MaxPerStatement).ToList();
        var tokens = added.ToList();
        return database.WriteAsync<string>(
            async work =>
            {
                var now = Cells.Of(database.Clock.GetUtcNow());
                foreach (var hashes in batches)
                {
                    // Npgsql accepts an array parameter; SQLite does not.
                    await work.RunAsync(
                        $"DELETE FROM access_tokens WHERE instance = @Id AND hash {(database.IsShared ? "= ANY(@hashes)" : "IN @hashes")}",
                        new { instance.Id, hashes }).ConfigureAwait(false);
                }

                await work.RunAsync(
                    "UPDATE access_tokens SET left_ms = left_ms - @passed, seen_at = @now WHERE instance = @Id",
                    new { instance.Id, now, passed = Milliseconds(passed) }).ConfigureAwait(false);
                await work.RunAsync(
                    """
                    INSERT INTO access_tokens (instance, hash, kind, key_hash, address, route, seal, left_ms, seen_at)
                    VALUES (@Instance, @Hash, @Kind, @KeyHash, @Address, @Route, @Seal, @LeftMs, @SeenAt) ON CONFLICT (instance, hash) DO NOTHING
                    """,
                    tokens.Select(t => AccessTokenRow.Of(t, instance.Id, seal.Of(t, instance.Id), now))).ConfigureAwait(false);
                await DeleteEndedAsync(work, now).ConfigureAwait(false);
                return "";
            },
            stop,
            Database.BackgroundTimeout);
    }

    private Task<int> DeleteEndedAsync(UnitOfWork work, long now) => work.RunAsync(
        "DELETE FROM access_tokens WHERE (instance = @Id AND left_ms <= 0) OR (instance <> @Id AND seen_at < @old)",
        new { instance.Id, old = now - Milliseconds(Retention) });

    /// <summary>Rounded up, so that lifetimes are never extended.</summary>
    private static long Milliseconds(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);
}

internal sealed class AccessTokenRow
{
    public string Instance { get; set; } = "";

    public string Hash { get; set; } = "";

    public string Kind { get; set; } = "";

    public string? KeyHash { get; set; }

    public string? Address { get; set; }

    public string? Route { get; set; }

    public string Seal { get; set; } = "";

    public long LeftMs { get; set; }

    public long SeenAt { get; set; }

    public static AccessTokenRow Of(AccessToken token, string instance, string seal, long now) => new()
    {
        Instance = instance,
        Hash = token.Hash,
        Kind = Cells.Of(token.Kind),
        KeyHash = token.KeyHash,
        Address = token.Address,
        Route = token.Route,
        Seal = seal,
        LeftMs = (long)token.Left.TotalMilliseconds,
        SeenAt = now,
    };

    public AccessToken ToRecord() =>
        new(Hash, Cells.Member<AccessTokenKind>(Kind), KeyHash, Address, Route, TimeSpan.FromMilliseconds(LeftMs));
}
