using System.Data.Common;

namespace FleetExporter.Store;

/// <summary>
/// The database of the tables: opens it, migrates its schema and runs units of work. Every failure is a <see cref="StoreError"/>.
/// </summary>
internal abstract class Database : IAsyncDisposable
{
    /// <summary>Timeout of one operation, including opening the store.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1.5);

    /// <summary>Timeout of large background transactions, which no request waits for.</summary>
    internal static readonly TimeSpan BackgroundTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A transaction expires this much before its timeout, to report that it waited for the writer.</summary>
    private static readonly TimeSpan TransactionMargin = TimeSpan.FromSeconds(0.1);

    /// <summary>Attempts of a transaction that the server aborts because of a conflict.</summary>
    private const int Attempts = 5;

    /// <summary>Maximum concurrent reads, and writes; limits the threads that a hanging store can block.</summary>
    private const int MaxAtOnce = 8;

    private readonly SemaphoreSlim _reads = new(MaxAtOnce);
    private readonly SemaphoreSlim _writes = new(MaxAtOnce);
    private readonly Lock _lock = new();
    private readonly StoreMetrics _metrics;
    private Task<StoreError?> _check = Task.FromResult<StoreError?>(null);
    private volatile bool _isOpen;
    private bool _isDisposed;

    static Database() => Dapper.DefaultTypeMap.MatchNamesWithUnderscores = true;

    private protected Database(TimeProvider clock, StoreMetrics metrics)
    {
        Clock = clock;
        _metrics = metrics;
        Breaker = new StoreBreaker(metrics);
    }

    internal TimeProvider Clock { get; }

    internal StoreBreaker Breaker { get; }

    /// <summary>File suffix of its migrations.</summary>
    internal abstract string Dialect { get; }

    /// <summary>Whether several exporters can share it.</summary>
    internal abstract bool IsShared { get; }

    /// <summary>
    /// Opens the store and migrates its schema, or checks an open one; then closes or opens its circuit breaker. A migration continues after the
    /// caller has stopped waiting, and closes the breaker when done.
    /// </summary>
    /// <returns>Null when the store is available.</returns>
    public async Task<StoreError?> OpenAsync(CancellationToken stop)
    {
        Task<StoreError?> check;
        lock (_lock)
        {
            check = _check = _check.IsCompleted ? Task.Run<StoreError?>(CheckAsync, CancellationToken.None) : _check;
        }

        await ((Task)check).WaitAsync(Timeout, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
        if (!check.IsCompleted)
        {
            var error = TimeoutError(Timeout);
            Breaker.Open(error);
            return error;
        }

        return await check.ConfigureAwait(false);
    }

    /// <summary>Waits for a running check, up to <see cref="Timeout"/>; idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        // The check uses connections that are closed next.
        await ((Task)_check).WaitAsync(Timeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CloseAsync().ConfigureAwait(false);
        _reads.Dispose();
        _writes.Dispose();
        GC.SuppressFinalize(this);
    }

    internal async Task<StoreResult<T>> ReadAsync<T>(Func<UnitOfWork, Task<StoreResult<T>>> work, CancellationToken stop)
        where T : class
    {
        var started = Clock.GetTimestamp();
        var result = await RunAsync(_reads, _ => TryReadAsync(work, stop), Timeout, stop, stop).ConfigureAwait(false);
        _metrics.ObserveRead(result.Error, Clock.GetElapsedTime(started));
        return result;
    }

    /// <summary>Runs work in a transaction, committed on success and rolled back on failure.</summary>
    /// <param name="work">May run more than once.</param>
    /// <param name="stop">Observed until the work begins, which then completes.</param>
    /// <param name="timeout">Default <see cref="Timeout"/>.</param>
    internal async Task<StoreResult<T>> WriteAsync<T>(Func<UnitOfWork, Task<StoreResult<T>>> work, CancellationToken stop, TimeSpan? timeout = null)
        where T : class
    {
        var started = Clock.GetTimestamp();
        var result = await RunAsync(
            _writes, expired => TryWriteAsync(work, expired), timeout ?? Timeout, stop, CancellationToken.None).ConfigureAwait(false);
        _metrics.ObserveWrite(result.Error, Clock.GetElapsedTime(started));
        return result;
    }

    /// <summary>Runs before the first connection.</summary>
    private protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Drops idle connections to an unavailable store.</summary>
    private protected virtual void DropConnections()
    {
    }

    /// <summary>Closes all connections.</summary>
    private protected abstract ValueTask CloseAsync();

    /// <summary>Opens a connection for reading.</summary>
    private protected abstract Task<DbConnection> ConnectAsync(CancellationToken stop);

    /// <param name="expired">Cancels the wait for the writer before the work begins, and prevents the commit afterwards.</param>
    /// <exception cref="OperationCanceledException">Expired; nothing was committed.</exception>
    private protected abstract Task<StoreResult<T>> TransactAsync<T>(Func<UnitOfWork, Task<StoreResult<T>>> work, CancellationToken expired)
        where T : class;

    /// <summary>Maps an exception; null for a bug of the exporter.</summary>
    private protected abstract StoreError? ErrorOf(Exception failure);

    private async Task<StoreError?> CheckAsync()
    {
        using var thread = new PoolThreadReservation();
        thread.Begin();
        StoreError? error;
        try
        {
            error = _isOpen ? await CheckSchemaAsync().ConfigureAwait(false) : await MigrateAsync().ConfigureAwait(false);
            _isOpen |= error is null;
        }
        catch (Exception failure)
        {
            // Without its schema the store is unusable; everything that needs no store continues.
            error = ErrorOf(failure) ?? new StoreError.Unavailable($"the schema cannot be read or migrated: {Printable.Line(failure.Message, 200)}");
        }

        if (error is null)
        {
            Breaker.Close();
        }
        else
        {
            DropConnections();
            Breaker.Open(error as StoreError.Unavailable ?? new StoreError.Unavailable(error.ToString()));
        }

        return error;
    }

    private async Task<StoreError?> MigrateAsync()
    {
        await PrepareAsync().ConfigureAwait(false);
        var now = Clock.GetUtcNow();
        var migrated = await TransactAsync(work => Migrations.ApplyAsync(work, Dialect, now), CancellationToken.None).ConfigureAwait(false);
        return migrated.Error;
    }

    /// <summary>Another exporter that shares the store may have migrated to a newer schema.</summary>
    private async Task<StoreError?> CheckSchemaAsync()
    {
        var connection = await ConnectAsync(CancellationToken.None).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await Migrations.CheckAsync(new UnitOfWork(connection, null, "", CancellationToken.None), Dialect).ConfigureAwait(false);
        }
    }

    /// <summary>Runs an operation unless the breaker is open; opens the breaker if the store is unavailable.</summary>
    /// <param name="operation">Receives a token that expires with the timeout; the caller does not wait longer.</param>
    /// <param name="before">Cancels before the operation begins.</param>
    /// <param name="during">Cancels waiting for its end.</param>
    private async Task<StoreResult<T>> RunAsync<T>(
        SemaphoreSlim slots,
        Func<CancellationToken, Task<StoreResult<T>>> operation,
        TimeSpan timeout,
        CancellationToken before,
        CancellationToken during)
        where T : class
    {
        var started = TimeProvider.System.GetTimestamp();
        if (Breaker.Error is { } unavailable)
        {
            return unavailable;
        }

        if (!_isOpen && await OpenAsync(before).ConfigureAwait(false) is { } closed)
        {
            return closed;
        }

        if (!await slots.WaitAsync(Remaining(default), before).ConfigureAwait(false))
        {
            return new StoreError.Busy();
        }

        // On another thread, because SQLite calls block.
        var running = Task.Run(() => RunInSlotAsync(slots, operation, Remaining(TransactionMargin)), CancellationToken.None);
        await ((Task)running).WaitAsync(Remaining(default), during).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!running.IsCompleted)
        {
            during.ThrowIfCancellationRequested();
        }

        var result = running.IsCompleted ? await running.ConfigureAwait(false) : TimeoutError(timeout);
        if (result.Error is StoreError.Unavailable found)
        {
            DropConnections();
            Breaker.Open(found);
        }

        return result;

        TimeSpan Remaining(TimeSpan margin) =>
            timeout - margin - TimeProvider.System.GetElapsedTime(started) is { Ticks: > 0 } left ? left : TimeSpan.Zero;
    }

    private static StoreError.Unavailable TimeoutError(TimeSpan timeout) =>
        new(FormattableString.Invariant($"no response within {timeout.TotalSeconds} s"));

    /// <summary>Runs an operation in a slot, which is released when it completes.</summary>
    private static async Task<StoreResult<T>> RunInSlotAsync<T>(
        SemaphoreSlim slots, Func<CancellationToken, Task<StoreResult<T>>> operation, TimeSpan timeout)
        where T : class
    {
        using var thread = new PoolThreadReservation();
        using var expired = new CancellationTokenSource(timeout);
        try
        {
            thread.Begin();
            return await operation(expired.Token).ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task<StoreResult<T>> TryReadAsync<T>(Func<UnitOfWork, Task<StoreResult<T>>> work, CancellationToken stop)
        where T : class
    {
        try
        {
            var connection = await ConnectAsync(stop).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                return await work(new UnitOfWork(connection, null, "", stop)).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (ErrorOf(failure) is { } error)
        {
            return error;
        }
    }

    private async Task<StoreResult<T>> TryWriteAsync<T>(Func<UnitOfWork, Task<StoreResult<T>>> work, CancellationToken expired)
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TransactAsync(work, expired).ConfigureAwait(false);
            }
            catch (DbException failure) when (failure.IsTransient && failure.SqlState is "40001" or "40P01" && attempt < Attempts)
            {
                // Serialization failure or deadlock: retry.
            }
            catch (OperationCanceledException) when (expired.IsCancellationRequested)
            {
                return new StoreError.Busy();
            }
            catch (Exception failure) when (ErrorOf(failure) is { } error)
            {
                return error;
            }
        }
    }
}
