using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using FleetExporter.Parsing;
using Microsoft.Extensions.Logging;

namespace FleetExporter.Polling;

/// <summary>
/// When each session was last seen attached, by the host's clock. tmux only tells when a client attached, not when it left; without this a session
/// that somebody has just left after a week would look a week old. Kept in a file, because it has to survive a restart.
/// </summary>
public sealed partial class AttachedTimes
{
    /// <summary>Sessions not seen for this long are forgotten.</summary>
    private static readonly TimeSpan Forget = TimeSpan.FromDays(90);

    private readonly string? _path;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _saved;

    /// <param name="path">The file; null keeps the times in memory only.</param>
    public AttachedTimes(string? path, TimeProvider clock, ILogger<AttachedTimes> logger)
    {
        _path = path;
        _clock = clock;
        _logger = logger;
        _saved = clock.GetTimestamp();
        Load();
    }

    /// <summary>Notes that the session is there, and whether it is attached.</summary>
    /// <returns>When it was last seen attached; null if never.</returns>
    public DateTimeOffset? See(string host, string user, TmuxSession session, DateTimeOffset hostTime)
    {
        // Ids are not reused while a server lives, and the time of creation tells one server's from the next one's.
        var key = string.Create(CultureInfo.InvariantCulture, $"{host}\n{user}\n{session.Id}\n{session.Created.ToUnixTimeSeconds()}");
        if (session.AttachedClients > 0)
        {
            _entries[key] = new Entry(hostTime, _clock.GetUtcNow());
        }
        else if (_entries.TryGetValue(key, out var entry))
        {
            _entries[key] = entry with { SeenAt = _clock.GetUtcNow() };
        }

        if (_clock.GetElapsedTime(Volatile.Read(ref _saved)) > TimeSpan.FromMinutes(1))
        {
            Save();
        }

        return _entries.TryGetValue(key, out var known) ? known.Attached : null;
    }

    /// <summary>Writes the file whole and renames it into place.</summary>
    public void Save()
    {
        Volatile.Write(ref _saved, _clock.GetTimestamp());
        if (_path is null)
        {
            return;
        }

        foreach (var (key, entry) in _entries)
        {
            if (_clock.GetUtcNow() - entry.SeenAt > Forget)
            {
                _entries.TryRemove(key, out _);
            }
        }

        try
        {
            lock (_entries)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
                File.WriteAllText(_path + ".new", JsonSerializer.Serialize(_entries));
                File.Move(_path + ".new", _path, overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotSaved(_path, e.Message);
        }
    }

    private void Load()
    {
        if (_path is null || !File.Exists(_path))
        {
            return;
        }

        try
        {
            foreach (var (key, entry) in JsonSerializer.Deserialize<Dictionary<string, Entry?>>(File.ReadAllText(_path)) ?? [])
            {
                _entries[key] = entry ?? throw new JsonException($"{key} has no times");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            LogNotRead(_path, e.Message);
        }
    }

    private sealed record Entry(DateTimeOffset Attached, DateTimeOffset SeenAt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot keep the times of attached sessions in {Path}: {Problem}")]
    private partial void LogNotSaved(string path, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot read the times of attached sessions from {Path}, starting without them: {Problem}")]
    private partial void LogNotRead(string path, string problem);
}
