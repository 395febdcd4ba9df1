using FleetExporter.Parsing;

namespace FleetExporter.Polling.Snapshots;

/// <summary>
/// Identifies a tmux session of a host. tmux does not reuse ids while its server runs; the creation time distinguishes sessions of later servers
/// with the same id.
/// </summary>
/// <param name="User">Printable, at most 256 characters.</param>
/// <param name="Id"><c>$</c> and digits.</param>
/// <param name="Created">By the host's clock.</param>
internal readonly record struct TmuxSessionKey(string User, string Id, DateTimeOffset Created)
{
    public static TmuxSessionKey Of(string user, TmuxSession session) => new(NameOf(user), session.Id, session.Created);

    /// <summary>The user name of a key. PostgreSQL accepts no NUL.</summary>
    public static string NameOf(string user) => Printable.Line(user, 256);
}

/// <summary>When a tmux session was last seen.</summary>
/// <param name="AttachedAt">The last reading in which it was attached, by the host's clock, in whole milliseconds.</param>
/// <param name="SeenAt">The last reading that contained it, by the exporter's clock.</param>
internal sealed record AttachedTime(DateTimeOffset AttachedAt, DateTimeOffset SeenAt)
{
    /// <summary>The later of both times.</summary>
    public AttachedTime Max(AttachedTime other) => new(
        AttachedAt > other.AttachedAt ? AttachedAt : other.AttachedAt, SeenAt > other.SeenAt ? SeenAt : other.SeenAt);
}
