using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace FleetExporter.Store;

/// <summary>A SQLite file with one writer at a time; readers never wait (WAL). A commit is on disk when it returns.</summary>
internal sealed class SqliteDatabase : Database
{
    /// <summary>
    /// How long SQLite waits for another writing process, in ms. The library retries until <see cref="CommandTimeout"/>; the total is less than
    /// <see cref="Database.Timeout"/>.
    /// </summary>
    private const int BusyTimeout = 200;

    /// <summary>Pages of the write-ahead log after which a commit moves it into the database: the file stays below about 1 MB.</summary>
    private const int MaxLogPages = 200;

    /// <summary>In seconds.</summary>
    private const int CommandTimeout = 1;

    private readonly string _path;
    private readonly string _readerConnectionString;
    private readonly SemaphoreSlim _writeLock = new(1, 1);
    private SqliteConnection? _writer;

    static SqliteDatabase() => SQLitePCL.Batteries_V2.Init();

    /// <param name="path">Created if missing, accessible by its owner only, because the audit contains commands.</param>
    public SqliteDatabase(string path, TimeProvider clock, StoreMetrics metrics)
        : base(clock, metrics)
    {
        _path = path;
        _readerConnectionString = new SqliteConnectionStringBuilder
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
        // SQLite creates its other files with the mode of this one.
        PrivateFile.Open(_path, FileMode.OpenOrCreate).Dispose();
        return Task.CompletedTask;
    }

    private protected override async ValueTask CloseAsync()
    {
        await _writeLock.WaitAsync(Timeout).ConfigureAwait(false);
        if (_writer is not null)
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
        }

        using (var pool = new SqliteConnection(_readerConnectionString))
        {
            SqliteConnection.ClearPool(pool);
        }

        _writeLock.Dispose();
    }

    private protected override async Task<DbConnection> ConnectAsync(CancellationToken stop)
    {
        var connection = new SqliteConnection(_readerConnectionString);
        await connection.OpenAsync(stop).ConfigureAwait(false);
        await connection.ExecuteAsync($"PRAGMA busy_timeout = {BusyTimeout}; PRAGMA query_only = 1").ConfigureAwait(false);
        return connection;
    }

    private protected override async Task<StoreResult<T>> TransactAsync<T>(Func<UnitOfWork, Task<StoreResult<T>>> work, CancellationToken expired)
    {
        await _writeLock.WaitAsync(expired).ConfigureAwait(false);
        try
        {
            _writer ??= await OpenWriterAsync().ConfigureAwait(false);

            // Without SqliteTransaction: after an automatic rollback, as on a full disk, it fails and the connection does not close.
            await _writer.ExecuteAsync("BEGIN IMMEDIATE").ConfigureAwait(false);
            var result = await work(new UnitOfWork(_writer, null, "", CancellationToken.None)).ConfigureAwait(false);
            expired.ThrowIfCancellationRequested();
            await _writer.ExecuteAsync(result.Success ? "COMMIT" : "ROLLBACK").ConfigureAwait(false);
            return result;
        }
        catch
        {
            // The next writer opens a new connection; closing this one rolls back.
            if (_writer is { } broken)
            {
                _writer = null;
                await broken.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
        finally
        {
            _writeLock.Release();
        }
    }

    private protected override StoreError? ErrorOf(Exception failure) => failure switch
    {
        SqliteException { SqliteErrorCode: 5 or 6 } => new StoreError.Busy(),
        SqliteException { SqliteErrorCode: 13 } => new StoreError.Full(),
        // 2067 unique, 1555 primary key: "UNIQUE constraint failed: connections.name".
        SqliteException { SqliteExtendedErrorCode: 2067 or 1555 } unique => UniqueConflict(unique.Message),
        // Other constraints and SQL errors are bugs of the exporter.
        SqliteException { SqliteErrorCode: 1 or 19 } => null,
        SqliteException other => new StoreError.Unavailable($"SQLite error {other.SqliteExtendedErrorCode} on {_path}"),
        IOException or UnauthorizedAccessException => new StoreError.Unavailable($"{_path} cannot be opened"),
        _ => null,
    };

    private static StoreError.Conflict UniqueConflict(string message)
    {
        var column = message.Split('.')[1].TrimEnd('\'', '.');
        return new StoreError.Conflict(column, $"the {column} is already used; choose another");
    }

    private async Task<SqliteConnection> OpenWriterAsync()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(_readerConnectionString) { Pooling = false }.ToString());
        try
        {
            await connection.OpenAsync().ConfigureAwait(false);
            // FULL: in WAL mode, a commit is synced before it returns. Switching to WAL briefly needs an exclusive lock.
            await connection.ExecuteAsync(
                $"PRAGMA busy_timeout = {BusyTimeout}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                + $"PRAGMA wal_autocheckpoint = {MaxLogPages}").ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
