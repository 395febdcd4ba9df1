using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Polling;
using FleetExporter.Remote;

namespace FleetExporter.Api;

/// <summary>A tmux session in the API. Percent of one CPU, MiB.</summary>
/// <param name="Id"><c>host:name</c>; <c>host:user/name</c> for another user's, and for a name that holds a slash.</param>
/// <param name="Status"><c>active</c> or <c>legacy</c>.</param>
public sealed record SessionView(
    string Id, string Host, string User, string Name, string SessionId, DateTimeOffset Created, DateTimeOffset LastActivity, DateTimeOffset? DetachedSince,
    bool Attached, long WindowCount, string Status, IReadOnlyList<int> Pids, double? CpuPercent, double? MemoryMb, double? GpuMemoryMb, string AttachCommand)
{
    private const double Mebi = 1024 * 1024;

    /// <summary>The host's sessions that are known now, own ones first.</summary>
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
            $"{host.Name}:{name}", host.Name, user, session.Name, session.Id, session.Created, session.Activity, state.DetachedSince, session.AttachedClients > 0,
            session.Windows, state.Legacy ? "legacy" : "active", [.. session.Processes.Select(p => p.Pid)], GpuView.Round(state.CpuRatio * 100),
            GpuView.Round(state.MemoryBytes / Mebi), GpuView.Round(state.GpuMemoryBytes / Mebi), Attach(host, own ? null : user, session.Id));
    }

    /// <summary>
    /// By id, <c>$</c> and digits: a name may be taken for a pattern or a prefix of another. Of what the host says nothing else is in it.
    /// </summary>
    /// <param name="sudo">The session's user where that is another than the login user; one that the configuration names.</param>
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
