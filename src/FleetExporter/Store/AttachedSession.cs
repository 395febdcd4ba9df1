namespace FleetExporter.Store;

/// <summary>A tmux session of a host and when it was last seen attached. Times in UTC, whole milliseconds.</summary>
/// <param name="Host">Name of the host; one that is not watched any more may still have rows.</param>
/// <param name="UserName">Owner of the tmux server.</param>
/// <param name="SessionId"><c>$</c> and digits.</param>
/// <param name="CreatedAt">By the host's clock.</param>
/// <param name="AttachedAt">By the host's clock.</param>
/// <param name="SeenAt">When it was last there, attached or not, by the exporter's clock.</param>
internal sealed record AttachedSession(
    string Host, string UserName, string SessionId, DateTimeOffset CreatedAt, DateTimeOffset AttachedAt, DateTimeOffset SeenAt);
