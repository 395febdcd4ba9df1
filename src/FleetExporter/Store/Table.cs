namespace FleetExporter.Store;

/// <summary>Base of the tables of connections, targets, projects and jobs: id, unique name, order of creation.</summary>
/// <typeparam name="TRow">The database row.</typeparam>
/// <typeparam name="T">The record.</typeparam>
/// <param name="name">Table name.</param>
/// <param name="what">Singular noun: connection.</param>
/// <param name="columns">All columns, separated by commas.</param>
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

    /// <param name="key">Id or name.</param>
    public Task<StoreResult<T>> FindAsync(string key, CancellationToken stop) => Database.ReadAsync<T>(
        async work => await RowAsync(work, key).ConfigureAwait(false) is { } row ? read(row) : Missing, stop);

    private protected static string? NameError(string name) => Ids.LooksLikeId(name) ? "the name has the format of an id; choose another" : null;

    /// <summary>Checks a new name: its format, and whether another table has it, because connections and targets share their names.</summary>
    /// <param name="others">The other table.</param>
    private protected static async Task<StoreError?> NameErrorAsync(UnitOfWork work, string name, string others) =>
        NameError(name) is { } error ? new StoreError.Conflict("name", error)
        : await work.OneAsync<long>($"SELECT COUNT(*) FROM {others} WHERE name = @name", new { name }).ConfigureAwait(false) > 0
            ? new StoreError.Conflict("name", "the name is already used by a connection or target; choose another")
        : null;

    /// <param name="where">Condition of the rows to count.</param>
    /// <returns>The error if the limit <paramref name="max"/> is reached, else null.</returns>
    private protected async Task<StoreError?> LimitErrorAsync(UnitOfWork work, string where, int max) =>
        await work.OneAsync<long>($"SELECT COUNT(*) FROM {name} WHERE {where}", new { }).ConfigureAwait(false) < max ? null
        : new StoreError.Conflict(name, FormattableString.Invariant($"the limit of {max:N0} {name} is reached; delete some"));

    private protected Task<TRow?> RowAsync(UnitOfWork work, string key) =>
        work.OneAsync<TRow>($"SELECT {Columns} FROM {name} WHERE id = @key OR name = @key{work.LockRow}", new { key });

    /// <param name="where">
    /// Condition; its values are properties of <paramref name="args"/>, which also has <c>cursor</c> and <c>max</c>.
    /// </param>
    private protected Task<StoreResult<Page<T>>> ListAsync(string where, object args, int limit, Func<T, string> id, CancellationToken stop) =>
        Database.ReadAsync<Page<T>>(
            async work =>
            {
                var rows = await work.ManyAsync<TRow>(
                    $"SELECT {Columns} FROM {name} WHERE {where} AND (@cursor IS NULL OR id > @cursor) ORDER BY id LIMIT @max",
                    args).ConfigureAwait(false);
                return Page<T>.Of([.. rows.Select(read)], limit, id);
            },
            stop);

    private static string Property(string column) => string.Concat(column.Split('_').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
}
