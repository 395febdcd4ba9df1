using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Remote;

namespace FleetExporter.Views;

/// <summary>A tmux session in the API. Units: percent of one CPU, whole MiB.</summary>
/// <param name="Id"><c>host:name</c>; <c>host:user/name</c> for sessions of other users, and for names that contain a slash.</param>
/// <param name="LastActivity">The last input or output.</param>
/// <param name="Panes">Ids of its panes; a confirmation token is valid for exactly these.</param>
/// <param name="Status"><c>active</c> or <c>legacy</c>.</param>
/// <param name="Busy">It printed something in the last 10 minutes, uses CPU or holds GPU memory; null while unknown.</param>
/// <param name="Job">Id of the training job that runs in it.</param>
internal sealed record SessionView(
    string Id, string Host, string User, string Name, string SessionId, DateTimeOffset Created,
    DateTimeOffset LastActivity, DateTimeOffset? DetachedSince,
    bool Attached, long WindowCount, IReadOnlyList<string> Panes, string Status, bool? Busy, string? Job, IReadOnlyList<int> Pids,
    double? CpuPercent, long? MemoryMb, long? GpuMemoryMb, string AttachCommand)
{
    /// <summary>The host's sessions of fresh readings, those of the login user first.</summary>
    public static IEnumerable<SessionView> Of(HostSnapshot host, Instant now)
    {
        var own = host.System?.User;
        return CollectorCatalog.All
            .Select(c => host.ReadingOf(c, now)).OfType<TmuxReading>()
            .SelectMany(r => r.Servers)
            .Where(s => s.Server.Failure is null && (s.Server.User == own || host.Host.Tmux.Users.Contains(s.Server.User)))
            .SelectMany(s => s.Sessions.Select(t => Of(host.Host, s.Server.User, s.Server.User == own, t)));
    }

    private static SessionView Of(HostConfig host, string user, bool own, TmuxSessionState state)
    {
        var session = state.Session;
        var name = own && !session.Name.Contains('/') ? session.Name : $"{user}/{session.Name}";
        return new SessionView(
            $"{host.Name}:{name}", host.Name, user, session.Name, session.Id, session.Created, session.LastActivity, state.DetachedSince,
            session.AttachedClients > 0,
            session.Windows, session.Panes, state.Legacy ? "legacy" : "active", state.Busy, session.Job, [.. session.Processes.Select(p => p.Pid)],
            JsonNumber.Round(state.CpuRatio * 100),
            JsonNumber.Mebibytes(state.MemoryBytes), JsonNumber.Mebibytes(state.GpuMemoryBytes), Attach(host, own ? null : user, session.Id));
    }

    /// <summary>
    /// The command uses the id, <c>$</c> and digits: a name could act as a pattern or match a prefix. It contains no other text from the host.
    /// </summary>
    /// <param name="sudo">The session's user, from the configuration; null for the login user.</param>
    private static string Attach(HostConfig host, string? sudo, string id)
    {
        var tmux = $"{(sudo is null ? "" : $"sudo -u {ShellWord.Of(sudo)} ")}tmux attach-session -t {ShellWord.Of(id)}";
        if (host.Address is not { } address)
        {
            return tmux;
        }

        var config = host.Ssh.ConfigFile is { } file ? $"-F {ShellWord.Of(file)} " : "";
        var port = address.Port is { } number ? $"-p {number} " : "";
        var login = host.Ssh.User is { } user ? $"{user}@" : "";
        return $"ssh -t {config}{port}-- {ShellWord.Of(login + address.Host)} {ShellWord.Of(tmux)}";
    }
}
