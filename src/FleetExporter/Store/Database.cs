using System.Data.Common;
using FleetExporter.Config;

namespace FleetExporter.Store;

/// <summary>
/// The store behind the tables: opens it, brings its schema up to date, and runs work on it. Every failure is a <see cref="StoreError"/>.
/// </summary>
internal abstract class Database : IAsyncDisposable
{
    /// <summary>Nobody waits longer for one operation, of whatever store, opening it included.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(1.5);

    /// <summary>What no request waits for, many rows in one transaction, may take longer.</summary>
    internal static readonly TimeSpan BackgroundLimit = TimeSpan.FromSeconds(10);

    /// <summary>A transaction expires this much earlier, so that one that waits for its turn says so.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(0.1);

    /// <summary>Attempts of a transaction that a server ends because of another one.</summary>
    private const int Attempts = 5;

    /// <summary>Reads at once, and writes at once. With a store that hangs, no more than these hang.</summary>
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

    /// <summary>The suffix of the migrations it takes.</summary>
    internal abstract string Dialect { get; }

    /// <summary>Whether several exporters may use it.</summary>
    internal abstract bool IsShared { get; }

    /// <summary>
    /// Opens the store and brings its schema up to date, or checks one that is open; then closes its circuit breaker, or opens it. Bringing the
    /// schema up to date goes on when the caller has stopped waiting, and closes the breaker when it is done.
    /// </summary>
    /// <returns>Null when the store answers.</returns>
    public async Task<StoreError?> OpenAsync(CancellationToken stop)
    {
        Task<StoreError?> check;
        lock (_lock)
        {
            check = _check = _check.IsCompleted ? Task.Run<StoreError?>(CheckAsync, CancellationToken.None) : _check;
        }

        await ((Task)check).WaitAsync(Limit, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
        if (!check.IsCompleted)
        {
            var silent = Silent(Limit);
            Breaker.Open(silent);
            return silent;
        }

        return await check.ConfigureAwait(false);
    }

    /// <summary>Waits for a check that runs, not for ever; a second call does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        // It uses what is closed next.
        await ((Task)_check).WaitAsync(Limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CloseAsync().ConfigureAwait(false);
        _reads.Dispose();
        _writes.Dispose();
        GC.SuppressFinalize(this);
    }

    internal async Task<StoreResult<T>> ReadAsync<T>(Func<Work, Task<StoreResult<T>>> work, CancellationToken stop)
        where T : class
    {
        var started = Clock.GetTimestamp();
        var result = await RunAsync(_reads, _ => TryReadAsync(work, stop), Limit, stop, stop).ConfigureAwait(false);
        _metrics.ObserveRead(result.Error, Clock.GetElapsedTime(started));
        return result;
    }

    /// <summary>Runs work in a transaction that is committed when it succeeds and rolled back when it does not.</summary>
    /// <param name="work">May run more than once.</param>
    /// <param name="stop">Counts until the work begins; then it runs to its end.</param>
    /// <param name="limit">How long it may take; <see cref="Limit"/> unless given.</param>
    internal async Task<StoreResult<T>> WriteAsync<T>(Func<Work, Task<StoreResult<T>>> work, CancellationToken stop, TimeSpan? limit = null)
        where T : class
    {
        var started = Clock.GetTimestamp();
        var result = await RunAsync(
            _writes, expired => TryWriteAsync(work, expired), limit ?? Limit, stop, CancellationToken.None).ConfigureAwait(false);
        _metrics.ObserveWrite(result.Error, Clock.GetElapsedTime(started));
        return result;
    }

    /// <summary>What has to be there before the first connection.</summary>
    private protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Drops what is kept of a store that was found unavailable, such as idle connections.</summary>
    private protected virtual void Forget()
    {
    }

    /// <summary>Closes the connections it keeps.</summary>
    private protected abstract ValueTask CloseAsync();

    /// <summary>An open connection for reading.</summary>
    private protected abstract Task<DbConnection> ConnectAsync(CancellationToken stop);

    /// <param name="expired">Before the work begins it cuts the waiting for its turn short; once it is over, nothing is committed any more.</param>
    /// <exception cref="OperationCanceledException">It expired, and nothing was committed.</exception>
    private protected abstract Task<StoreResult<T>> TransactAsync<T>(Func<Work, Task<StoreResult<T>>> work, CancellationToken expired)
        where T : class;

    /// <summary>What a failure means; null for a bug of ours.</summary>
    private protected abstract StoreError? ErrorOf(Exception failure);

    private async Task<StoreError?> CheckAsync()
    {
        using var thread = new BlockedThread();
        thread.Begin();
        StoreError? error;
        try
        {
            error = _isOpen ? await CheckSchemaAsync().ConfigureAwait(false) : await MigrateAsync().ConfigureAwait(false);
            _isOpen |= error is null;
        }
        catch (Exception failure)
        {
            // Whatever it is: without its schema the store serves nobody, and what needs no store goes on.
            error = ErrorOf(failure) ?? new StoreError.Unavailable($"its schema cannot be read or made: {Printable.Line(failure.Message, 200)}");
        }

        if (error is null)
        {
            Breaker.Close();
        }
        else
        {
            Forget();
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

    /// <summary>Another exporter that shares the store may have brought the schema further than this one knows.</summary>
    private async Task<StoreError?> CheckSchemaAsync()
    {
        var connection = await ConnectAsync(CancellationToken.None).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await Migrations.CheckAsync(new Work(connection, null, "", CancellationToken.None), Dialect).ConfigureAwait(false);
        }
    }

    /// <summary>Runs an operation unless the breaker is open, and opens the breaker where it shows that the store is unavailable.</summary>
    /// <param name="operation">Is given what expires with the limit; it may go on longer, and nobody waits for it then.</param>
    /// <param name="before">Cancels until the operation begins.</param>
    /// <param name="during">Cancels the waiting for its end.</param>
    private async Task<StoreResult<T>> RunAsync<T>(
        SemaphoreSlim slots,
        Func<CancellationToken, Task<StoreResult<T>>> operation,
        TimeSpan limit,
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

        if (!await slots.WaitAsync(Left(default), before).ConfigureAwait(false))
        {
            return new StoreError.Busy();
        }

        // On a thread of its own: SQLite's calls block.
        var running = Task.Run(() => HoldAsync(slots, operation, Left(Margin)), CancellationToken.None);
        await ((Task)running).WaitAsync(Left(default), during).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!running.IsCompleted)
        {
            during.ThrowIfCancellationRequested();
        }

        var result = running.IsCompleted ? await running.ConfigureAwait(false) : Silent(limit);
        if (result.Error is StoreError.Unavailable found)
        {
            Forget();
            Breaker.Open(found);
        }

        return result;

        TimeSpan Left(TimeSpan margin) => limit - margin - TimeProvider.System.GetElapsedTime(started) is { Ticks: > 0 } left ? left : TimeSpan.Zero;
    }

    private static StoreError.Unavailable Silent(TimeSpan limit) =>
        new(FormattableString.Invariant($"it did not answer within {limit.TotalSeconds} s"));

    /// <summary>Runs an operation in a slot that it holds to its end, however long that takes.</summary>
    private static async Task<StoreResult<T>> HoldAsync<T>(
        SemaphoreSlim slots, Func<CancellationToken, Task<StoreResult<T>>> operation, TimeSpan limit)
        where T : class
    {
        using var thread = new BlockedThread();
        using var expired = new CancellationTokenSource(limit);
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

    private async Task<StoreResult<T>> TryReadAsync<T>(Func<Work, Task<StoreResult<T>>> work, CancellationToken stop)
        where T : class
    {
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

    private async Task<StoreResult<T>> TryWriteAsync<T>(Func<Work, Task<StoreResult<T>>> work, CancellationToken expired)
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
                // The server chose this one of two transactions that were in each other's way.
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
