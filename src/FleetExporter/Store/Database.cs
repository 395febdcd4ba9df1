using System.Data.Common;
using FleetExporter.Config;

namespace FleetExporter.Store;

/// <summary>The store behind the tables: opens it, brings its schema up to date, and runs work on it. Every failure is a <see cref="StoreError"/>.</summary>
public abstract class Database(TimeProvider clock, StoreMetrics metrics) : IAsyncDisposable
{
    /// <summary>Attempts of a transaction that a server ends because of another one.</summary>
    private const int Attempts = 5;

    private readonly SemaphoreSlim _opening = new(1, 1);
    private volatile bool _isOpen;

    static Database() => Dapper.DefaultTypeMap.MatchNamesWithUnderscores = true;

    internal TimeProvider Clock { get; } = clock;

    /// <summary>The suffix of the migrations it takes.</summary>
    internal abstract string Dialect { get; }

    /// <param name="dataDir">Where SQLite's file lies.</param>
    public static Database Of(StoreConfig config, string dataDir, TimeProvider clock, StoreMetrics metrics) => config is StoreConfig.Postgres server
        ? new PostgresDatabase(server, clock, metrics)
        : new SqliteDatabase(Path.Combine(dataDir, "fleet.db"), clock, metrics);

    /// <summary>Opens the store and brings its schema up to date, unless that is done. Every other method does it by itself.</summary>
    /// <returns>Null when it is open.</returns>
    public async Task<StoreError?> OpenAsync(CancellationToken stop)
    {
        if (_isOpen)
        {
            return null;
        }

        await _opening.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (!_isOpen)
            {
                await PrepareAsync().ConfigureAwait(false);
                var migrated = await TransactAsync(work => Migrations.ApplyAsync(work, Dialect, Clock.GetUtcNow())).ConfigureAwait(false);
                _isOpen = migrated.Success;
                return migrated.Error;
            }

            return null;
        }
        catch (Exception failure) when (ErrorOf(failure) is { } error)
        {
            return error;
        }
        finally
        {
            _opening.Release();
        }
    }

    public virtual ValueTask DisposeAsync()
    {
        _opening.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    internal async Task<StoreResult<T>> ReadAsync<T>(Func<Work, Task<StoreResult<T>>> work, CancellationToken stop)
        where T : class
    {
        var started = Clock.GetTimestamp();
        var result = await TryReadAsync(work, stop).ConfigureAwait(false);
        metrics.ObserveRead(result.Error, Clock.GetElapsedTime(started));
        return result;
    }

    /// <summary>Runs work in a transaction that is committed when it succeeds and rolled back when it does not.</summary>
    /// <param name="work">May run more than once.</param>
    /// <param name="stop">Counts until the work begins; then it runs to its end.</param>
    internal async Task<StoreResult<T>> WriteAsync<T>(Func<Work, Task<StoreResult<T>>> work, CancellationToken stop)
        where T : class
    {
        var started = Clock.GetTimestamp();
        var result = await TryWriteAsync(work, stop).ConfigureAwait(false);
        metrics.ObserveWrite(result.Error, Clock.GetElapsedTime(started));
        return result;
    }

    /// <summary>What has to be there before the first connection.</summary>
    private protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>An open connection for reading.</summary>
    private protected abstract Task<DbConnection> ConnectAsync(CancellationToken stop);

    private protected abstract Task<StoreResult<T>> TransactAsync<T>(Func<Work, Task<StoreResult<T>>> work)
        where T : class;

    /// <summary>What a failure means; null for a bug of ours.</summary>
    private protected abstract StoreError? ErrorOf(Exception failure);

    private async Task<StoreResult<T>> TryReadAsync<T>(Func<Work, Task<StoreResult<T>>> work, CancellationToken stop)
        where T : class
    {
        if (await OpenAsync(stop).ConfigureAwait(false) is { } closed)
        {
            return closed;
        }

        try
        {
            var connection = await ConnectAsync(stop).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                return await work(new Work(connection, null, "", stop)).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (ErrorOf(failure) is { } error)
        {
            return error;
        }
    }

    private async Task<StoreResult<T>> TryWriteAsync<T>(Func<Work, Task<StoreResult<T>>> work, CancellationToken stop)
        where T : class
    {
        if (await OpenAsync(stop).ConfigureAwait(false) is { } closed)
        {
            return closed;
        }

        stop.ThrowIfCancellationRequested();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TransactAsync(work).ConfigureAwait(false);
            }
            catch (DbException failure) when (failure.IsTransient && failure.SqlState is "40001" or "40P01" && attempt < Attempts)
            {
                // The server chose this one of two transactions that were in each other's way.
            }
            catch (Exception failure) when (ErrorOf(failure) is { } error)
            {
                return error;
            }
        }
    }
}
