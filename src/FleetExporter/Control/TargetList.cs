using System.Collections.Immutable;
using FleetExporter.Config;
using FleetExporter.Polling.Targets;
using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>
/// Merges the targets of fleet.yml with the active ones of the store, as <see cref="Watchlist"/> does with hosts. Targets of the file need no store;
/// stored ones load once it responds and survive an outage.
/// </summary>
internal sealed partial class TargetList : IDisposable
{
    private readonly TargetSet _targets;
    private readonly LiveConfig _config;
    private readonly ILogger _logger;
    private readonly StoredRows<TargetRows> _rows;
    private readonly Lock _applying = new();
    private volatile IReadOnlyList<WatchedTarget> _all = [];
    private volatile ILookup<string, UnitName> _units = UnitsIn([]);
    private volatile bool _applied;
    private ImmutableDictionary<string, string> _reportedIdle = ImmutableDictionary<string, string>.Empty;

    public TargetList(TargetSet targets, StoredTargets stored, LiveConfig config, ILogger<TargetList> logger)
    {
        (_targets, _config, _logger) = (targets, config, logger);

        // Until the server listens, FleetStartup has not called ApplyAsync.
        _rows = new StoredRows<TargetRows>(
            stored.AllAsync,
            (previous, rows) => previous.Targets.SequenceEqual(rows.Targets) && previous.ConnectionNames.SetEquals(rows.ConnectionNames),
            () => _applied ? ApplyAsync() : Task.CompletedTask);
    }

    /// <summary>Raised when stored targets name other units or hosts than before.</summary>
    public event Action? UnitsChanged;

    /// <summary>Those of fleet.yml in its order, then the stored ones by name.</summary>
    public IReadOnlyList<WatchedTarget> All => _all;

    /// <summary>Whether targets were passed to their monitors; false at start-up.</summary>
    public bool IsApplied => _applied;

    /// <summary>Units of stored targets on a host, which its own stream has to report.</summary>
    public IEnumerable<UnitName> UnitsOf(string host) => _units[host];

    /// <param name="key">Name, or id of a stored target; a target of fleet.yml precedes a stored one of the same name.</param>
    public WatchedTarget? Find(string kind, string key) =>
        _all.FirstOrDefault(t => t.Kind == kind && t.Name == key) ?? _all.FirstOrDefault(t => t.Kind == kind && t.Row?.Id == key);

    /// <summary>Finds a target, reading the store if that has not been read.</summary>
    /// <returns>NotFound, or another error if the store cannot be read.</returns>
    public async Task<StoreResult<WatchedTarget>> ResolveAsync(string kind, string key, CancellationToken stop)
    {
        if (Find(kind, key) is { } known)
        {
            return known;
        }

        var error = await ReadyAsync(stop).ConfigureAwait(false);
        return Find(kind, key) is { } found ? found : error ?? new StoreError.NotFound("target");
    }

    /// <summary>Ensures that the stored targets were read once.</summary>
    /// <returns>Null on success.</returns>
    public Task<StoreError?> ReadyAsync(CancellationToken stop) => _rows.ReadyAsync(stop);

    /// <summary>Reads the stored targets and applies them if they changed.</summary>
    /// <returns>The read error, or null; on error the previous ones stay active.</returns>
    public Task<StoreError?> ReadAgainAsync(CancellationToken stop) => _rows.ReadAgainAsync(stop);

    /// <summary>Applies a row that the API just wrote or removed, even if the store fails next, then reads all rows again.</summary>
    public async Task WrittenAsync(StoredTarget row, bool isRemoved = false)
    {
        _rows.Change(rows =>
        {
            var others = rows.Targets.Where(t => t.Id != row.Id);
            return rows with { Targets = isRemoved ? [.. others] : [.. others, row] };
        });
        await ApplyAsync().ConfigureAwait(false);
        await ReadAgainAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Applies the configuration and the last stored targets.</summary>
    /// <returns>Completes once the monitors of removed targets have stopped.</returns>
    public Task ApplyAsync()
    {
        Task ended;
        bool areUnitsNew;
        lock (_applying)
        {
            // Set first: rows that are read from here on are applied by their reader.
            _applied = true;
            var now = _config.Current;
            var rows = _rows.Current;
            _all =
            [
                .. now.Targets.Select(WatchedTarget.Of),
                .. (rows?.Targets ?? []).OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => WatchedTarget.Of(t, now, rows!.ConnectionNames)),
            ];
            var previous = _units;
            _units = UnitsIn(_all);
            areUnitsNew = !PairsOf(_units).SequenceEqual(PairsOf(previous));
            ended = _targets.ApplyAsync(now with { Targets = [.. _all.Where(t => t.Idle is null).Select(t => t.Target!)] });
            ReportIdle();
        }

        if (areUnitsNew)
        {
            UnitsChanged?.Invoke();
        }

        return ended;
    }

    public void Dispose() => _rows.Dispose();

    private static ILookup<string, UnitName> UnitsIn(IEnumerable<WatchedTarget> all) => all
        .Where(t => t is { Row: not null, Idle: null, Target.Unit: not null }).Select(t => t.Target!).DistinctBy(t => (t.Host, t.Unit))
        .ToLookup(t => t.Host, t => t.Unit!, StringComparer.Ordinal);

    private static IEnumerable<(string Host, UnitName Unit)> PairsOf(ILookup<string, UnitName> units) =>
        units.SelectMany(host => host, (host, unit) => (host.Key, unit));

    /// <summary>Logs what somebody has to look at, once.</summary>
    private void ReportIdle()
    {
        var idle = _all.Where(t => t is { Row.IsActive: true, Idle: not null }).ToImmutableDictionary(t => t.Row!.Id, t => t.Idle!);
        foreach (var target in _all.Where(t => t.Row is { } row && idle.TryGetValue(row.Id, out var why)
            && _reportedIdle.GetValueOrDefault(row.Id) != why))
        {
            LogIdle(target.Kind, target.Name, target.Idle!);
        }

        _reportedIdle = idle;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {Kind} {Name}, created through the API, is not watched: {Reason}")]
    private partial void LogIdle(string kind, string name, string reason);
}
