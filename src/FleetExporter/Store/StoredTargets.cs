namespace FleetExporter.Store;

/// <summary>The table of targets that the API added.</summary>
internal sealed class StoredTargets(Database database) : Table<StoredTargetRow, StoredTarget>(
    database, "targets", "target", "id, name, kind, settings, is_active, created_at, updated_at", row => row.ToRecord())
{
    /// <summary>Maximum number of rows.</summary>
    public const int Max = 1000;

    /// <summary>Those of the API. Rows that stand for hosts of a fleet.yml may be another exporter's.</summary>
    private const string Connections = "(SELECT name FROM connections WHERE source = 'api') AS connections";

    /// <summary>All targets and the names of the connections that the API added, as of one moment.</summary>
    public Task<StoreResult<TargetRows>> AllAsync(CancellationToken stop) => Database.ReadAsync<TargetRows>(
        async work =>
        {
            var rows = await work.ManyAsync<StoredTargetRow>($"SELECT {Columns} FROM targets ORDER BY id", new { }).ConfigureAwait(false);
            var names = await work.ManyAsync<string>("SELECT name FROM connections WHERE source = 'api'", new { }).ConfigureAwait(false);
            return new TargetRows([.. rows.Select(r => r.ToRecord())], names.ToHashSet(StringComparer.Ordinal));
        },
        stop);

    /// <summary>Adds a target; the store assigns id and times.</summary>
    public Task<StoreResult<StoredTarget>> AddAsync(StoredTarget target, CancellationToken stop) => Database.WriteAsync<StoredTarget>(
        async work =>
        {
            if (await NameErrorAsync(work, target.Name, Connections).ConfigureAwait(false) is { } error)
            {
                return error;
            }

            if (await LimitErrorAsync(work, "1 = 1", Max).ConfigureAwait(false) is { } full)
            {
                return full;
            }

            var added = target with { Id = Ids.New(Database.Clock.GetUtcNow()), CreatedAt = Now, UpdatedAt = Now };
            await work.RunAsync(Insert, StoredTargetRow.Of(added)).ConfigureAwait(false);
            return added;
        },
        stop);

    /// <param name="change">Pure, because it may run more than once; may refuse. Id, kind and creation time cannot change.</param>
    public Task<StoreResult<StoredTarget>> ChangeAsync(
        string key, Func<StoredTarget, StoreResult<StoredTarget>> change, CancellationToken stop) => Database.WriteAsync<StoredTarget>(
        async work =>
        {
            if (await RowAsync(work, key).ConfigureAwait(false) is not { } row)
            {
                return Missing;
            }

            var previous = row.ToRecord();
            var changed = change(previous);
            if (!changed.Success)
            {
                return changed.Error;
            }

            if (changed.Value.Name != previous.Name && await NameErrorAsync(work, changed.Value.Name, Connections).ConfigureAwait(false) is { } error)
            {
                return error;
            }

            var next = previous.UpdatedAt.AddMilliseconds(1);
            var updated = changed.Value with
            {
                Id = previous.Id,
                Kind = previous.Kind,
                CreatedAt = previous.CreatedAt,
                UpdatedAt = next > Now ? next : Now,
            };
            await work.RunAsync(Update, StoredTargetRow.Of(updated)).ConfigureAwait(false);
            return updated;
        },
        stop);

    /// <param name="check">Refuses with an error, or null.</param>
    /// <returns>The removed target.</returns>
    public Task<StoreResult<StoredTarget>> RemoveAsync(
        string key, Func<StoredTarget, StoreError?> check, CancellationToken stop) => Database.WriteAsync<StoredTarget>(
        async work =>
        {
            if (await RowAsync(work, key).ConfigureAwait(false) is not { } row)
            {
                return Missing;
            }

            if (check(row.ToRecord()) is { } error)
            {
                return error;
            }

            await work.RunAsync("DELETE FROM targets WHERE id = @id", new { id = row.Id }).ConfigureAwait(false);
            return row.ToRecord();
        },
        stop);
}

/// <param name="Targets">By id.</param>
/// <param name="ConnectionNames">Of the connections that the API added.</param>
internal sealed record TargetRows(IReadOnlyList<StoredTarget> Targets, IReadOnlySet<string> ConnectionNames);

internal sealed class StoredTargetRow
{
    public string Id { get; set; } = "";

    public string Name { get; set; } = "";

    public string Kind { get; set; } = "";

    public string Settings { get; set; } = "";

    public int IsActive { get; set; }

    public long CreatedAt { get; set; }

    public long UpdatedAt { get; set; }

    public static StoredTargetRow Of(StoredTarget t) => new()
    {
        Id = t.Id,
        Name = t.Name,
        Kind = t.Kind,
        Settings = t.Settings,
        IsActive = t.IsActive ? 1 : 0,
        CreatedAt = Cells.Of(t.CreatedAt),
        UpdatedAt = Cells.Of(t.UpdatedAt),
    };

    public StoredTarget ToRecord() => new()
    {
        Id = Id,
        Name = Name,
        Kind = Kind,
        Settings = Settings,
        IsActive = IsActive == 1,
        CreatedAt = Cells.Time(CreatedAt),
        UpdatedAt = Cells.Time(UpdatedAt),
    };
}
