using FleetExporter.Config;

namespace FleetExporter.Store;

/// <summary>The table of connections.</summary>
internal sealed class Connections(Database database) : Table<ConnectionRow, Connection>(
    database, "connections", "connection",
    "id, name, hostname, username, ssh_key_path, port, is_active, last_connected_at, created_at, updated_at, source, exec_policy, owner",
    row => row.ToRecord())
{
    /// <summary>Maximum number of connections made by the API.</summary>
    public const int Max = 1000;

    /// <summary>Hosts of an exporter that has not written for this long have no owner.</summary>
    public static readonly TimeSpan OwnerTimeout = TimeSpan.FromDays(1);

    private const string Targets = "targets";

    private const string Sessions =
        "SELECT COUNT(*) FROM jobs WHERE session IS NOT NULL AND project_id IN (SELECT id FROM projects WHERE connection_id = @id)";

    public Task<StoreResult<Page<Connection>>> ListAsync(int limit, string? cursor, CancellationToken stop) =>
        ListAsync("1 = 1", new { cursor, max = limit + 1 }, limit, c => c.Id, stop);

    /// <summary>All connections, sorted by id.</summary>
    public async Task<StoreResult<IReadOnlyList<Connection>>> AllAsync(CancellationToken stop)
    {
        List<Connection> all = [];
        for (string? cursor = null; ;)
        {
            var page = await ListAsync(Page<Connection>.MaxItems, cursor, stop).ConfigureAwait(false);
            if (!page.Success)
            {
                return page.Error;
            }

            all.AddRange(page.Value.Items);
            if ((cursor = page.Value.NextCursor) is null)
            {
                return all.AsReadOnly();
            }
        }
    }

    /// <summary>
    /// Synchronises rows of source <see cref="ConnectionSource.File"/> with the fleet.yml of an exporter. The row of a removed host is deleted, or
    /// set inactive if it has projects. Rows of another exporter are not changed until that has not written for <see cref="OwnerTimeout"/>; rows
    /// without an owner go to the first exporter that has such a host.
    /// </summary>
    /// <param name="exporter">Its <see cref="ExporterInstance.Id"/>.</param>
    /// <param name="hosts">With their ids.</param>
    /// <returns>Names without a row, because a connection of the API or a different host of another exporter has the name.</returns>
    public Task<StoreResult<IReadOnlyList<string>>> MirrorAsync(string exporter, IReadOnlyList<Connection> hosts, CancellationToken stop) =>
        Database.WriteAsync<IReadOnlyList<string>>(
            async work =>
            {
                var owners = await OwnersAsync(work, exporter).ConfigureAwait(false);
                var rows = await work.ManyAsync<ConnectionRow>($"SELECT * FROM connections ORDER BY id{work.LockRow}", new { }).ConfigureAwait(false);
                var taken = rows.Where(r => r.Source == Cells.Of(ConnectionSource.Api)).Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
                var previous = rows.Where(r => r.Source == Cells.Of(ConnectionSource.File)).ToDictionary(r => r.Id, r => r.ToRecord());

                // Sorted, so that exporters with the same hosts do not deadlock.
                var mine = hosts.Where(h => !taken.Contains(h.Name)).OrderBy(h => h.Id, StringComparer.Ordinal).ToList();
                foreach (var host in mine.Select(h => h with { Owner = exporter }))
                {
                    if (!previous.Remove(host.Id, out var row))
                    {
                        var added = ConnectionRow.Of(host with { CreatedAt = Now, UpdatedAt = Now });
                        await work.RunAsync(Insert + " ON CONFLICT DO NOTHING", added).ConfigureAwait(false);
                    }
                    else if (BelongsToOther(row) && !row.IsSameMachine(host))
                    {
                        taken.Add(host.Name);
                    }
                    else if (!BelongsToOther(row) && WithRowTimes(host, row) is var same && same != row)
                    {
                        await work.RunAsync(Update, ConnectionRow.Of(same with { UpdatedAt = Now })).ConfigureAwait(false);
                    }
                }

                foreach (var (id, _) in previous.Where(r => !BelongsToOther(r.Value)))
                {
                    await work.RunAsync(
                        "DELETE FROM connections WHERE id = @id AND NOT EXISTS (SELECT 1 FROM projects WHERE connection_id = @id)",
                        new { id }).ConfigureAwait(false);
                    await work.RunAsync("UPDATE connections SET is_active = 0, owner = NULL WHERE id = @id", new { id }).ConfigureAwait(false);
                }

                return hosts.Select(h => h.Name).Where(taken.Contains).ToList().AsReadOnly();

                static Connection WithRowTimes(Connection host, Connection row) =>
                    host with { LastConnectedAt = row.LastConnectedAt, CreatedAt = row.CreatedAt, UpdatedAt = row.UpdatedAt };

                bool BelongsToOther(Connection row) => row.Owner is { } owner && owner != exporter && owners.Contains(owner);
            },
            stop);

    /// <summary>Updates last_connected_at; a later time is kept, and deleted connections are skipped.</summary>
    public Task<StoreResult<string>> SetLastConnectedAsync(
        IReadOnlyCollection<(string Id, DateTimeOffset At)> connected, CancellationToken stop) => Database.WriteAsync<string>(
        async work =>
        {
            foreach (var (id, at) in connected)
            {
                await work.RunAsync(
                    "UPDATE connections SET last_connected_at = @at WHERE id = @id AND (last_connected_at IS NULL OR last_connected_at < @at)",
                    new { id, at = Cells.Of(at) }).ConfigureAwait(false);
            }

            return "";
        },
        stop);

    /// <summary>Adds a connection; the store assigns id and times.</summary>
    public Task<StoreResult<Connection>> AddAsync(Connection connection, CancellationToken stop) => Database.WriteAsync<Connection>(
        async work =>
        {
            if (await NameErrorAsync(work, connection.Name, Targets).ConfigureAwait(false) is { } error)
            {
                return error;
            }

            if (await LimitErrorAsync(work, "source = 'api'", Max).ConfigureAwait(false) is { } full)
            {
                return full;
            }

            var added = connection with { Id = Ids.New(Database.Clock.GetUtcNow()), CreatedAt = Now, UpdatedAt = Now };
            await work.RunAsync(Insert, ConnectionRow.Of(added)).ConfigureAwait(false);
            return added;
        },
        stop);

    /// <summary>Changes a connection; its address cannot change while a job has a session there.</summary>
    /// <param name="change">Pure, because it may run more than once. Id, source and creation time cannot change.</param>
    /// <param name="isExpected">Whether the row is the one that the caller has read; null for any. Pure too.</param>
    public Task<StoreResult<Connection>> ChangeAsync(
        string key, Func<Connection, Connection> change, CancellationToken stop, Func<Connection, bool>? isExpected = null) =>
        Database.WriteAsync<Connection>(
        async work =>
        {
            if (await RowAsync(work, key).ConfigureAwait(false) is not { } row)
            {
                return Missing;
            }

            var previous = row.ToRecord();
            if (isExpected?.Invoke(previous) == false)
            {
                return new StoreError.Changed();
            }

            var updated = change(previous) with
            {
                Id = previous.Id,
                Source = previous.Source,
                Owner = previous.Owner,
                CreatedAt = previous.CreatedAt,
                UpdatedAt = Now,
            };
            if (updated.Name != previous.Name && await NameErrorAsync(work, updated.Name, Targets).ConfigureAwait(false) is { } error)
            {
                return error;
            }

            if (!updated.HasSameAddress(previous) && await work.OneAsync<long>(Sessions, new { id = previous.Id }).ConfigureAwait(false) > 0)
            {
                return new StoreError.Conflict(
                    "jobs", "a job of the connection has a tmux session at its address; cancel the job before you change hostname, port or username");
            }

            await work.RunAsync(Update, ConnectionRow.Of(updated)).ConfigureAwait(false);
            return updated;
        },
        stop);

    /// <param name="cascade">Also deletes its projects and their jobs; otherwise a connection with projects is not deleted.</param>
    /// <returns>The removed connection.</returns>
    public Task<StoreResult<Connection>> RemoveAsync(string key, bool cascade, CancellationToken stop) => Database.WriteAsync<Connection>(
        async work =>
        {
            if (await RowAsync(work, key).ConfigureAwait(false) is not { Id: var id } row)
            {
                return Missing;
            }

            if (cascade)
            {
                if (await work.OneAsync<long>(Sessions, new { id }).ConfigureAwait(false) > 0)
                {
                    return new StoreError.Conflict("jobs", "a job of the connection has a tmux session; cancel the job first");
                }

                await work.RunAsync(
                    "DELETE FROM jobs WHERE project_id IN (SELECT id FROM projects WHERE connection_id = @id)", new { id }).ConfigureAwait(false);
                await work.RunAsync("DELETE FROM projects WHERE connection_id = @id", new { id }).ConfigureAwait(false);
            }
            else if (await work.OneAsync<long>("SELECT COUNT(*) FROM projects WHERE connection_id = @id", new { id }).ConfigureAwait(false) is > 0
                and var projects)
            {
                return new StoreError.Conflict("projects", $"the connection has {projects} projects; delete them first or use cascade");
            }

            await work.RunAsync("DELETE FROM connections WHERE id = @id", new { id }).ConfigureAwait(false);
            return row.ToRecord();
        },
        stop);

    /// <summary>Records that an exporter is alive.</summary>
    /// <returns>
    /// The ids of all live exporters. A store that is not shared has one; rows of others, in a copied file, have no owner.
    /// </returns>
    private async Task<HashSet<string>> OwnersAsync(UnitOfWork work, string exporter)
    {
        var now = Database.Clock.GetUtcNow();
        await work.RunAsync(
            "INSERT INTO exporters (id, seen_at) VALUES (@exporter, @now) ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
            new { exporter, now = Cells.Of(now) }).ConfigureAwait(false);
        await work.RunAsync(
            "DELETE FROM exporters WHERE id <> @exporter AND (@alone OR seen_at < @expired)",
            new { exporter, alone = !Database.IsShared, expired = Cells.Of(now - OwnerTimeout) }).ConfigureAwait(false);
        return (await work.ManyAsync<string>("SELECT id FROM exporters", new { }).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal);
    }
}

internal sealed class ConnectionRow
{
    public string Id { get; set; } = "";

    public string Name { get; set; } = "";

    public string Hostname { get; set; } = "";

    public string? Username { get; set; }

    public string? SshKeyPath { get; set; }

    public int? Port { get; set; }

    public int IsActive { get; set; }

    public long? LastConnectedAt { get; set; }

    public long CreatedAt { get; set; }

    public long UpdatedAt { get; set; }

    public string Source { get; set; } = "";

    public string ExecPolicy { get; set; } = "";

    public string? Owner { get; set; }

    public static ConnectionRow Of(Connection c) => new()
    {
        Id = c.Id,
        Name = c.Name,
        Hostname = c.Hostname,
        Username = c.Username,
        SshKeyPath = c.SshKeyPath,
        Port = c.Port,
        IsActive = c.IsActive ? 1 : 0,
        LastConnectedAt = Cells.Of(c.LastConnectedAt),
        CreatedAt = Cells.Of(c.CreatedAt),
        UpdatedAt = Cells.Of(c.UpdatedAt),
        Source = Cells.Of(c.Source),
        ExecPolicy = Cells.Of(c.ExecPolicy),
        Owner = c.Owner,
    };

    public Connection ToRecord() => new()
    {
        Id = Id,
        Name = Name,
        Hostname = Hostname,
        Username = Username,
        SshKeyPath = SshKeyPath,
        Port = Port,
        IsActive = IsActive == 1,
        LastConnectedAt = Cells.Time(LastConnectedAt),
        CreatedAt = Cells.Time(CreatedAt),
        UpdatedAt = Cells.Time(UpdatedAt),
        Source = Cells.Member<ConnectionSource>(Source),
        ExecPolicy = Cells.Member<ExecPolicy>(ExecPolicy),
        Owner = Owner,
    };
}
