using FleetExporter.Collectors;
using FleetExporter.Parsing;

namespace FleetExporter.Tests.Polling;

/// <summary>Answers with tmux sessions created at <see cref="Created"/>.</summary>
internal static class TmuxAnswers
{
    public static DateTimeOffset Created { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="hostTime">The host's clock.</param>
    /// <param name="ids">Numbers of the sessions.</param>
    /// <param name="clients">Clients attached to each of them.</param>
    public static TmuxAnswer Of(DateTimeOffset hostTime, string user, IEnumerable<int> ids, long clients = 1) =>
        Of(hostTime, Server(user, ids, clients));

    public static TmuxAnswer Of(DateTimeOffset hostTime, params IEnumerable<TmuxServer> servers) =>
        new("tmux", [.. servers], hostTime, 0);

    public static TmuxServer Server(string user, IEnumerable<int> ids, long clients = 1) => new(user, [.. ids.Select(id => new TmuxSession
    {
        Id = $"${id}",
        Name = "work",
        Created = Created,
        Activity = Created,
        AttachedClients = clients,
        Windows = 1,
    })]);
}
