namespace FleetExporter.Store;

/// <summary>What the tables of connections, projects and jobs have in common: an id, a unique name, the order of creation.</summary>
/// <typeparam name="TRow">A row as the database has it.</typeparam>
/// <typeparam name="T">The record made of it.</typeparam>
/// <param name="name">The table.</param>
/// <param name="what">What one is called: connection.</param>
/// <param name="columns">All, with commas.</param>
internal abstract class Table<TRow, T>(Database database, string name, string what, string columns, Func<TRow, T> read)
    where TRow : class
    where T : class
{
    private protected Database Database { get; } = database;

    private protected DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(Database.Clock.GetUtcNow().ToUnixTimeMilliseconds());

    private protected string Columns { get; } = columns;

    private protected StoreError.NotFound Missing { get; } = new(what);

    private protected string Insert { get; } =
        $"INSERT INTO {name} ({columns}) VALUES ({string.Join(", ", columns.Split(", ").Select(c => "@" + Property(c)))})";

    private protected string Update { get; } =
        $"UPDATE {name} SET "
            + $"{string.Join(", ", columns.Split(", ").Where(c => c is not ("id" or "created_at")).Select(c => $"{c} = @{Property(c)}"))}"
            + " WHERE id = @Id";

    /// <param name="key">Its id or its name.</param>
    public Task<StoreResult<T>> FindAsync(string key, CancellationToken stop) => Database.ReadAsync<T>(
        async work => await RowAsync(work, key).ConfigureAwait(false) is { } row ? read(row) : Missing, stop);

    private protected static string? Clash(string name) => Ids.LooksLikeOne(name) ? "the name looks like an id" : null;

    /// <param name="where">A condition on the rows that count.</param>
    /// <returns>Why none is added; null while there are less than <paramref name="max"/>.</returns>
    private protected async Task<StoreError?> FullAsync(Work work, string where, int max) =>
        await work.OneAsync<long>($"SELECT COUNT(*) FROM {name} WHERE {where}", new { }).ConfigureAwait(false) < max ? null
        : new StoreError.Conflict(name, FormattableString.Invariant($"there are {max:N0} {name}, the limit; delete some"));

    private protected Task<TRow?> RowAsync(Work work, string key) =>
        work.OneAsync<TRow>($"SELECT {Columns} FROM {name} WHERE id = @key OR name = @key{work.LockRow}", new { key });

    /// <param name="where">
    /// A condition on the columns; its values are properties of <paramref name="args"/>, which also has <c>cursor</c> and <c>most</c>.
    /// </param>
    private protected Task<StoreResult<Page<T>>> ListAsync(string where, object args, int limit, Func<T, string> id, CancellationToken stop) =>
        Database.ReadAsync<Page<T>>(
            async work =>
            {
                var rows = await work.ManyAsync<TRow>(
                    $"SELECT {Columns} FROM {name} WHERE {where} AND (@cursor IS NULL OR id > @cursor) ORDER BY id LIMIT @most",
                    args).ConfigureAwait(false);
                return Page<T>.Of([.. rows.Select(read)], limit, id);
            },
            stop);

    private static string Property(string column) => string.Concat(column.Split('_').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
}
