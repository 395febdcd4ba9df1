namespace FleetExporter.Store;

/// <summary>A tmux session and when it was last attached. Times in UTC, whole milliseconds.</summary>
/// <param name="Host">Name of the host; hosts that are no longer watched may have rows.</param>
/// <param name="UserName">Owner of the tmux server.</param>
/// <param name="SessionId"><c>$</c> and digits.</param>
/// <param name="CreatedAt">By the host's clock.</param>
/// <param name="AttachedAt">By the host's clock.</param>
/// <param name="SeenAt">When it was last seen, attached or not, by the exporter's clock.</param>
internal sealed record AttachedSession(
    string Host, string UserName, string SessionId, DateTimeOffset CreatedAt, DateTimeOffset AttachedAt, DateTimeOffset SeenAt);
