using System.Text.Json;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>attached.json, attach times written by older versions: imported once and deleted.</summary>
internal sealed partial class AttachedFile(string path, ILogger<AttachedFile> logger)
{
    private const long MaxBytes = 16 * 1024 * 1024;

    /// <summary>Reads the file. An oversized or damaged file is renamed and logged.</summary>
    /// <returns>At most <see cref="AttachedSessions.MaxPerHost"/> most recent sessions per host; null if unreadable.</returns>
    public IReadOnlyList<AttachedSession>? Read()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw new JsonException("the file exceeds 16 MiB");
            }

            var times = JsonSerializer.Deserialize<Dictionary<string, Entry?>>(File.ReadAllText(path)) ?? [];
            return [.. times.Select(t => Parse(t.Key, t.Value)).OfType<AttachedSession>()
                .GroupBy(s => s.Host).SelectMany(g => g.OrderByDescending(s => s.SeenAt).Take(AttachedSessions.MaxPerHost))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            // InvalidOperationException: lone surrogate in a key.
            LogNotRead(path, Printable.Line(e.Message, 300));
            Move();
            return null;
        }
    }

    public void Delete()
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotDeleted(path, e.Message);
        }
    }

    /// <param name="key">Host, user, session id and creation (Unix s), one per line.</param>
    private static AttachedSession? Parse(string key, Entry? entry) =>
        entry is not null
        && key.Split('\n') is [var host, var user, var id, var created] && TmuxId.IsSession(id) && SectionText.UnixTime(created) is { } createdAt
            ? new AttachedSession(Printable.Line(host, 256), TmuxSessionKey.NameOf(user), id, createdAt, entry.Attached, entry.SeenAt)
            : null;

    private void Move()
    {
        try
        {
            File.Move(path, path + ".unreadable", overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotDeleted(path, e.Message);
        }
    }

    private sealed record Entry(DateTimeOffset Attached, DateTimeOffset SeenAt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot import attached sessions from {Path}; renaming it to {Path}.unreadable: {Problem}")]
    private partial void LogNotRead(string path, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot remove {Path}, which is no longer used: {Problem}")]
    private partial void LogNotDeleted(string path, string problem);
}
