using FleetExporter.Config;
using FleetExporter.Hosting;
using FleetExporter.Store;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Access;

/// <summary>
/// Brings login sessions and tickets of streams over a restart: loads them from the store at the start, and writes what changes, at once and
/// every 30 s. What counts is in memory; a store that is away delays no login. There is no queue: what to write is the difference between both.
/// </summary>
/// <remarks>
/// While the service runs, the monotonic clock says how much of a life is left. Over a restart only the wall clock can, which may have been set:
/// then what was left at the last write counts, less the time that a run may have gone on after it.
/// </remarks>
internal sealed partial class AccessTokensSync : HostedLoop
{
    private static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(30);

    /// <summary>So long after its last write the run before may have ended.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    /// <summary>Logouts, the start and the end of the service wait for the store no longer than this.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>A login is valid without the store, and waits no longer than this.</summary>
    private static readonly TimeSpan LoginTimeout = TimeSpan.FromSeconds(0.5);

    /// <summary>Sessions that are remembered as ended before the store could be read; with more, none of the store's is taken.</summary>
    private const int MostEnded = 10_000;

    /// <summary>Rows that one write adds: it has to end within what a write may take.</summary>
    private const int MostAtOnce = 500;

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
        : base(ServiceLoop.AccessTokens, parts)
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
    /// Loads what was not loaded yet, and writes what has changed. Waits for the store 2 s at most; what is not done then is tried again by itself.
    /// </summary>
    /// <returns>Why the store does not have what memory has; null when it has.</returns>
    public Task<StoreError?> SyncAsync(CancellationToken stop) => SyncAsync(Timeout, stop);

    /// <summary>Writes a session that was begun. Where the store does not take it, it ends with the service.</summary>
    public Task BegunAsync() => SyncAsync(LoginTimeout, CancellationToken.None);

    /// <summary>Makes sure that a session that was ended does not come back with a restart.</summary>
    /// <returns>Why the store does not know of it yet; null when it does.</returns>
    public Task<StoreError?> EndedAsync(KeyHash session)
    {
        lock (_lock)
        {
            if (_stored is not null)
            {
                // Loaded since the caller ended it.
                _memory[AccessTokenKind.Session].Take(session);
            }
            else if (_endedBeforeLoad.Count < MostEnded)
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
            var error = await OnceAsync(stop).ConfigureAwait(false);
            var waiting = error is null
                ? Volatile.Read(ref _changed).Task.WaitAsync(WriteInterval, Clock, stop)
                : Task.Delay(RetryDelay, Clock, stop);
            await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<StoreError?> SyncAsync(TimeSpan timeout, CancellationToken stop)
    {
        var syncing = OnceAsync(CancellationToken.None);
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

    private async Task<StoreError?> OnceAsync(CancellationToken stop)
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
        var loaded = await _table.LoadAsync(LongestGap + (at - _started), stop).ConfigureAwait(false);
        if (!loaded.Success)
        {
            return loaded.Error;
        }

        lock (_lock)
        {
            _writtenAt = at;
            _stored = [.. loaded.Value.Select(t => new KeyHash(t.Hash))];

            // What has passed while they were read is taken from them too.
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
            token.Kind == AccessTokenKind.Session && (_endedBeforeLoad.Count >= MostEnded || _endedBeforeLoad.Contains(new KeyHash(token.Hash)));
    }

    private async Task<StoreError?> WriteAsync(CancellationToken stop)
    {
        // Renewed first: what changes from here on is written the next time.
        Volatile.Write(ref _changed, New());
        var now = Clock.Now();
        var all = _memory.SelectMany(m => m.Value.All(now).Select(s => Token(m.Key, s.Hash, s.Meaning, s.Left)))
            .ToDictionary(t => new KeyHash(t.Hash));
        var added = all.Where(t => !_stored!.Contains(t.Key)).Select(t => t.Value).OrderBy(t => t.Kind).Take(MostAtOnce).ToList();
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
            if (added.Count == MostAtOnce)
            {
                Volatile.Read(ref _changed).TrySetResult();
            }
        }

        return written.Error;
    }

    private static AccessToken Token(AccessTokenKind kind, KeyHash hash, AccessGrant grant, TimeSpan left) =>
        new(hash.Hex, kind, grant.Key?.Hex, grant.Address, grant.Route, left);

    /// <summary>Logs each error once until another one, or none, comes.</summary>
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
        Message = "Login sessions and tickets cannot be loaded or written, so that they end with the service; retrying: {Reason}")]
    private partial void LogStore(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Keeping login sessions and tickets failed; this is a bug of the exporter")]
    private partial void LogBug(Exception error);
}
