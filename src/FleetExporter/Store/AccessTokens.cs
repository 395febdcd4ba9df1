namespace FleetExporter.Store;

/// <summary>
/// The table of login sessions and tickets of streams, each for the service that gave it: services that share a store do not share these.
/// </summary>
/// <remarks>
/// Every write brings what is left of all rows up to date. So what a restart finds is what was left at the last write, and the wall clock can
/// only take of it.
/// </remarks>
internal sealed class AccessTokens(Database database, ServiceInstance instance, AccessTokenSeal seal)
{
    /// <summary>Rows of a service that has not written for this long are deleted; whatever they stand for is over.</summary>
    private static readonly TimeSpan Retention = TimeSpan.FromDays(2);

    /// <summary>Below the number of parameters that SQLite takes.</summary>
    private const int MostPerStatement = 5000;

    /// <summary>
    /// Takes from the life of each the time since the last write by the wall clock, deletes expired ones, and returns the others. Rows that this
    /// service did not write are left out.
    /// </summary>
    /// <param name="atLeast">Counts as passed at least, where the wall clock was set back.</param>
    public Task<StoreResult<IReadOnlyList<AccessToken>>> LoadAsync(TimeSpan atLeast, CancellationToken stop) => database.WriteAsync(
        async Task<StoreResult<IReadOnlyList<AccessToken>>> (Work work) =>
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

    /// <summary>Deletes rows, takes what has passed from those that stay, and adds new ones, in one transaction.</summary>
    /// <param name="passed">Since the last write that succeeded, or since the load; by the monotonic clock.</param>
    /// <returns>Nothing, once it is on the disk.</returns>
    public Task<StoreResult<string>> WriteAsync(TimeSpan passed, IEnumerable<AccessToken> added, IEnumerable<string> removed, CancellationToken stop)
    {
        var gone = removed.Chunk(MostPerStatement).ToList();
        var tokens = added.ToList();
        return database.WriteAsync<string>(
            async work =>
            {
                var now = Cells.Of(database.Clock.GetUtcNow());
                foreach (var hashes in gone)
                {
                    // Npgsql takes a list as one parameter, SQLite has none of that kind.
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
            Database.BackgroundLimit);
    }

    private Task<int> DeleteEndedAsync(Work work, long now) => work.RunAsync(
        "DELETE FROM access_tokens WHERE (instance = @Id AND left_ms <= 0) OR (instance <> @Id AND seen_at < @old)",
        new { instance.Id, old = now - Milliseconds(Retention) });

    /// <summary>Rounded up: what has passed is never counted short.</summary>
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
