using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace FleetExporter.Store;

/// <summary>A SQLite file. One writer at a time; readers never wait for it (WAL). A commit is on the disk when it returns.</summary>
internal sealed class SqliteDatabase : Database
{
    /// <summary>
    /// How long SQLite waits for another process that writes, in ms. The library asks again until <see cref="CommandTimeout"/> is over; together less
    /// than <see cref="Database.Limit"/>.
    /// </summary>
    private const int BusyTimeout = 200;

    /// <summary>In seconds.</summary>
    private const int CommandTimeout = 1;

    private readonly string _path;
    private readonly string _readers;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private SqliteConnection? _writer;

    static SqliteDatabase() => SQLitePCL.Batteries_V2.Init();

    /// <param name="path">Made when absent, for its owner alone: the audit holds commands.</param>
    public SqliteDatabase(string path, TimeProvider clock, StoreMetrics metrics)
        : base(clock, metrics)
    {
        _path = path;
        _readers = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            DefaultTimeout = CommandTimeout,
            ForeignKeys = true,
            Mode = SqliteOpenMode.ReadWrite,
        }.ToString();
    }

    internal override string Dialect => "sqlite";

    internal override bool IsShared => false;

    private protected override Task PrepareAsync()
    {
        // SQLite gives its other files the mode of this one.
        PrivateFile.Open(_path, FileMode.OpenOrCreate).Dispose();
        return Task.CompletedTask;
    }

    private protected override async ValueTask CloseAsync()
    {
        await _turn.WaitAsync(Limit).ConfigureAwait(false);
        if (_writer is not null)
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
        }

        using (var pool = new SqliteConnection(_readers))
        {
            SqliteConnection.ClearPool(pool);
        }

        _turn.Dispose();
    }

    private protected override async Task<DbConnection> ConnectAsync(CancellationToken stop)
    {
        var connection = new SqliteConnection(_readers);
        await connection.OpenAsync(stop).ConfigureAwait(false);
        await connection.ExecuteAsync($"PRAGMA busy_timeout = {BusyTimeout}; PRAGMA query_only = 1").ConfigureAwait(false);
        return connection;
    }

    private protected override async Task<StoreResult<T>> TransactAsync<T>(Func<Work, Task<StoreResult<T>>> work, CancellationToken expired)
    {
        await _turn.WaitAsync(expired).ConfigureAwait(false);
        try
        {
            _writer ??= await OpenWriterAsync().ConfigureAwait(false);

            // Not by SqliteTransaction: where SQLite has rolled back by itself, as on a full disk, its end fails and the connection does not close.
            await _writer.ExecuteAsync("BEGIN IMMEDIATE").ConfigureAwait(false);
            var result = await work(new Work(_writer, null, "", CancellationToken.None)).ConfigureAwait(false);
            expired.ThrowIfCancellationRequested();
            await _writer.ExecuteAsync(result.Success ? "COMMIT" : "ROLLBACK").ConfigureAwait(false);
            return result;
        }
        catch
        {
            // Whatever state it is in, the next writer begins with a fresh one; closing it rolls back.
            if (_writer is { } broken)
            {
                _writer = null;
                await broken.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    private protected override StoreError? ErrorOf(Exception failure) => failure switch
    {
        SqliteException { SqliteErrorCode: 5 or 6 } => new StoreError.Busy(),
        SqliteException { SqliteErrorCode: 13 } => new StoreError.Full(),
        // 2067 unique, 1555 primary key: "UNIQUE constraint failed: connections.name".
        SqliteException { SqliteExtendedErrorCode: 2067 or 1555 } unique => Taken(unique.Message),
        // Constraints beside those, and errors in the SQL, are ours.
        SqliteException { SqliteErrorCode: 1 or 19 } => null,
        SqliteException other => new StoreError.Unavailable($"SQLite error {other.SqliteExtendedErrorCode} on {_path}"),
        IOException or UnauthorizedAccessException => new StoreError.Unavailable($"{_path} cannot be opened"),
        _ => null,
    };

    private static StoreError.Conflict Taken(string message)
    {
        var column = message.Split('.')[1].TrimEnd('\'', '.');
        return new StoreError.Conflict(column, $"the {column} is taken");
    }

    private async Task<SqliteConnection> OpenWriterAsync()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(_readers) { Pooling = false }.ToString());
        try
        {
            await connection.OpenAsync().ConfigureAwait(false);
            // FULL: in WAL mode a commit is synced before it returns. The switch to WAL needs the file for itself for a moment.
            await connection.ExecuteAsync(
                $"PRAGMA busy_timeout = {BusyTimeout}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
