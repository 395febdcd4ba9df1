using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>The login user's tmux sessions and what their processes use.</summary>
internal class TmuxCollector : HostCollector
{
    public TmuxCollector()
        : this("tmux")
    {
    }

    private protected TmuxCollector(string name)
        : base(name, TmuxFamilies.All)
    {
    }

    public override string? OffBecause(HostConfig host, SystemIdentity? system) => host.Tmux.Enabled switch
    {
        Toggle.False => "turned off in the configuration",
        Toggle.Auto when system is not null && !system.Tools.Contains("tmux") => "tmux is not installed",
        _ => null,
    };

    public override bool OffAfter(CollectorFailure reason, HostConfig host) =>
        reason == CollectorFailure.ToolMissing && host.Tmux.Enabled == Toggle.Auto;

    public override string Script(HostConfig host) => TmuxScript.Own;

    public override IAnswer Parse(Section section) => new TmuxAnswer(section.Name, Tmux.Parse(section.Body), section.HostTime, section.Uptime);

    public override string Summarize(IAnswer answer) => Count(((TmuxAnswer)answer).Servers.Sum(s => s.Sessions.Count), "session");

    public override string Fix(CollectorFailure reason) => reason == CollectorFailure.ToolMissing
        ? "Install tmux on the host, or set tmux.enabled: auto: then a host without tmux is healthy."
        : base.Fix(reason);

    public override string? Simulate(SimulatedHost host, DateTimeOffset now) =>
        new SimulatedSessions(host.Seed, host.GpuCount > 0).Body(now, host.Booted);

}

/// <summary>
/// Sessions of the other configured users, through sudo; less often, because each request writes a line to the host's auth log.
/// </summary>
internal sealed class TmuxUsersCollector() : TmuxCollector("tmux_users")
{
    public override TimeSpan Every => TimeSpan.FromSeconds(50);

    public override string? OffBecause(HostConfig host, SystemIdentity? system) =>
        host.Tmux.Users.All(user => user == system?.User) ? "tmux.users lists no user other than the login user" : base.OffBecause(host, system);

    public override string Fix(CollectorFailure reason) => reason == CollectorFailure.Permission
        ? "Allow it in sudoers: LOGIN ALL=(USER) NOPASSWD: /usr/bin/tmux"
        : base.Fix(reason);

    public override string? Simulate(SimulatedHost host, DateTimeOffset now) => null;

    public override string Script(HostConfig host) => TmuxScript.Others(string.Join(' ', host.Tmux.Users.Select(SamplerScript.Quote)));
}
