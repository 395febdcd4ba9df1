using FleetExporter.Config;
using FleetExporter.Hosting;
using FleetExporter.Store;

namespace FleetExporter.Access;

/// <summary>
/// Preserves login sessions and stream tickets across restarts: loads them from the store at start-up, and writes changes immediately and every
/// 30 s. Memory is authoritative, so an unavailable store delays no login. There is no queue: each write is the difference between both.
/// </summary>
/// <remarks>
/// While the service runs, the monotonic clock determines the remaining lifetime. Across a restart only the wall clock could, which may have been
/// set: then the remainder at the last write counts, less the time that a run may have continued after it.
/// </remarks>
internal sealed partial class AccessTokensSync : HostedLoop
{
    private static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(30);

    /// <summary>Maximum time that the previous run may have continued after its last write.</summary>
    private static readonly TimeSpan MaxGap = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    /// <summary>Maximum wait for the store at a logout, at start-up and at shutdown.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Maximum wait for the store at a login, which is valid without it.</summary>
    private static readonly TimeSpan LoginTimeout = TimeSpan.FromSeconds(0.5);

    /// <summary>Maximum sessions recorded as ended before the store could be read; beyond it, no stored session is loaded.</summary>
    private const int MaxEnded = 10_000;

    /// <summary>Maximum rows added by one write, to stay within its time limit.</summary>
    private const int MaxRowsPerWrite = 500;

    private readonly AccessTokens _table;
    private readonly ILogger<AccessTokensSync> _logger;
    private readonly Dictionary<AccessTokenKind, Secrets<AccessGrant>> _memory;
    private readonly SemaphoreSlim _syncing = new(1, 1);
    private readonly Lock _lock = new();
    private readonly HashSet<KeyHash> _endedBeforeLoad = [];
    private readonly TimeSpan _started;
    private HashSet<KeyHash>? _stored;
    private TimeSpan _writtenAt;
    private volatile bool _isLast;
    private StoreError? _lastReportedError;
    private TaskCompletionSource _changed = New();

    public AccessTokensSync(LoginSessions sessions, Tickets tickets, AccessTokens table, LoopDependencies parts, ILogger<AccessTokensSync> logger)
        : base(ExporterLoop.AccessTokens, parts)
    {
        (_table, _logger) = (table, logger);
        _started = Clock.Elapsed();
        _memory = new() { [AccessTokenKind.Session] = sessions.All, [AccessTokenKind.Ticket] = tickets.Used };
        foreach (var secrets in _memory.Values)
        {
            secrets.Changed += () => Volatile.Read(ref _changed).TrySetResult();
        }
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await SyncAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        _isLast = true;
        await SyncAsync(CancellationToken.None).ConfigureAwait(false);
    }

    public override void Dispose()
    {
        _syncing.Dispose();
        base.Dispose();
    }

    /// <summary>
    /// Loads stored tokens if that has not been done, and writes changes. Waits at most 2 s; the loop retries what was not done by then.
    /// </summary>
    /// <returns>Why store and memory differ; null when they are in sync.</returns>
    public Task<StoreError?> SyncAsync(CancellationToken stop) => SyncAsync(Timeout, stop);

    /// <summary>Writes a new login session. If the store rejects it, the session ends with the service.</summary>
    public Task BegunAsync() => SyncAsync(LoginTimeout, CancellationToken.None);

    /// <summary>Ensures that a restart does not restore an ended login session.</summary>
    /// <returns>Why the store has not recorded it yet; null when it has.</returns>
    public Task<StoreError?> EndedAsync(KeyHash session)
    {
        lock (_lock)
        {
            if (_stored is not null)
            {
                // It may have been loaded after the caller ended it.
                _memory[AccessTokenKind.Session].Take(session);
            }
            else if (_endedBeforeLoad.Count < MaxEnded)
            {
                _endedBeforeLoad.Add(session);
            }
        }

        return SyncAsync(CancellationToken.None);
    }

    protected override async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var error = await SyncOnceAsync(stop).ConfigureAwait(false);
            var waiting = error is null
                ? Volatile.Read(ref _changed).Task.WaitAsync(WriteInterval, Clock, stop)
                : Task.Delay(RetryDelay, Clock, stop);
            await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<StoreError?> SyncAsync(TimeSpan timeout, CancellationToken stop)
    {
        var syncing = SyncOnceAsync(CancellationToken.None);
        try
        {
            return await syncing.WaitAsync(timeout, Clock, stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new StoreError.Busy();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<StoreError?> SyncOnceAsync(CancellationToken stop)
    {
        try
        {
            await _syncing.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                var error = (_stored is null ? await LoadAsync(stop).ConfigureAwait(false) : null) ?? await WriteAsync(stop).ConfigureAwait(false);
                Report(error);
                return error;
            }
            finally
            {
                _syncing.Release();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new StoreError.Busy();
        }
        catch (Exception e)
        {
            LogBug(e);
            return new StoreError.Unavailable("login sessions and tickets cannot be written; this is a bug of the exporter");
        }
    }

    private async Task<StoreError?> LoadAsync(CancellationToken stop)
    {
        var at = Clock.Elapsed();
        var loaded = await _table.LoadAsync(MaxGap + (at - _started), stop).ConfigureAwait(false);
        if (!loaded.Success)
        {
            return loaded.Error;
        }

        lock (_lock)
        {
            _writtenAt = at;
            _stored = [.. loaded.Value.Select(t => new KeyHash(t.Hash))];

            // Their lifetime also shrinks by the time that reading took.
            var since = Clock.Elapsed() - at;
            foreach (var token in loaded.Value.Where(t => !IsEnded(t)))
            {
                var grant = new AccessGrant(token.KeyHash is { } key ? new KeyHash(key) : null, token.Address, token.Route);
                _memory[token.Kind].Add(new KeyHash(token.Hash), grant, token.Left - since);
            }

            _endedBeforeLoad.Clear();
        }

        return null;

        bool IsEnded(AccessToken token) =>
            token.Kind == AccessTokenKind.Session && (_endedBeforeLoad.Count >= MaxEnded || _endedBeforeLoad.Contains(new KeyHash(token.Hash)));
    }

    private async Task<StoreError?> WriteAsync(CancellationToken stop)
    {
        // Reset first: later changes belong to the next write.
        Volatile.Write(ref _changed, New());
        var now = Clock.Now();
        var all = _memory.SelectMany(m => m.Value.All(now).Select(s => Token(m.Key, s.Hash, s.Subject, s.Left)))
            .ToDictionary(t => new KeyHash(t.Hash));
        var added = all.Where(t => !_stored!.Contains(t.Key)).Select(t => t.Value).OrderBy(t => t.Kind).Take(MaxRowsPerWrite).ToList();
        var removed = _stored!.Where(hash => !all.ContainsKey(hash)).ToList();
        if (added.Count == 0 && removed.Count == 0 && (all.Count == 0 || (!_isLast && now.Elapsed - _writtenAt < WriteInterval)))
        {
            return null;
        }

        var written = await _table.WriteAsync(now.Elapsed - _writtenAt, added, removed.Select(hash => hash.Hex), stop).ConfigureAwait(false);
        if (written.Success)
        {
            _stored!.ExceptWith(removed);
            _stored.UnionWith(added.Select(t => new KeyHash(t.Hash)));
            _writtenAt = now.Elapsed;
            if (added.Count == MaxRowsPerWrite)
            {
                Volatile.Read(ref _changed).TrySetResult();
            }
        }

        return written.Error;
    }

    private static AccessToken Token(AccessTokenKind kind, KeyHash hash, AccessGrant grant, TimeSpan left) =>
        new(hash.Hex, kind, grant.Key?.Hex, grant.Address, grant.Route, left);

    /// <summary>Logs an error once until it changes or is resolved.</summary>
    private void Report(StoreError? error)
    {
        if (error is not null && error != _lastReportedError)
        {
            var reason = error.ToString();
            LogStore(reason);
        }

        _lastReportedError = error;
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Login sessions and tickets cannot be loaded or written and will end with the service; retrying: {Reason}")]
    private partial void LogStore(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Synchronizing login sessions and tickets failed; this is a bug of the exporter")]
    private partial void LogBug(Exception error);
}
