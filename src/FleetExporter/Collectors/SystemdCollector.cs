using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>State of the configured systemd units of the system and of the login user.</summary>
internal sealed class SystemdCollector() : HostCollector("systemd", State, Restarts)
{
    public static readonly MetricFamily State = MetricFamily.Gauge(
        "fleet_systemd_unit_state", "1 for the current state of the unit, from systemctl show. A unit of the login user is named user:NAME.",
        "host", "unit", "state").WithMaxSeries(1024);

    public static readonly MetricFamily Restarts = MetricFamily.Counter(
        "fleet_systemd_unit_restarts_total", "Automatic restarts of the unit, NRestarts of systemctl show.", "host", "unit");

    public override string? OffBecause(HostConfig host, SystemIdentity? system) =>
        host.Units.Count == 0 ? "no units are configured for this host" : null;

    public override string Script(HostConfig host)
    {
        var system = Words(host, user: false);
        var user = Words(host, user: true);
        return (system.Length > 0 ? Block("system", "", system) : "") + (user.Length > 0 ? Block("user", "--user ", user) : "");
    }

    public override IAnswer Parse(Section section) => new SystemdReading(SystemdUnits.Parse(section.Body));

    public override string Summarize(IAnswer answer) =>
        string.Join(", ", ((SystemdReading)answer).Units.Units.Select(u => $"{u.Id} {u.ActiveState}"));

    public override string Fix(CollectorFailure reason) => reason == CollectorFailure.ToolMissing
        ? "The host does not run systemd: remove units from its entry in fleet.yml."
        : base.Fix(reason);

    public override string Simulate(SimulatedHost host, DateTimeOffset now) =>
        $"U0:system\n{SimulatedUnits(host, user: false)}U0:user\n{SimulatedUnits(host, user: true)}";

    private static string SimulatedUnits(SimulatedHost host, bool user) => string.Concat(host.Units.Where(u => u.IsUser == user)
        .Select(u => $"Id={u.Name}\nLoadState=loaded\nActiveState=active\nSubState=running\nNRestarts=0\n\n"));

    private static string Block(string scope, string option, string units) => $$"""
          [ "$XDG_RUNTIME_DIR" ] || { XDG_RUNTIME_DIR=/run/user/$(exec id -u); export XDG_RUNTIME_DIR; }
          o=$(exec systemctl {{option}}show -p Id,LoadState,ActiveState,SubState,NRestarts -- {{units}} </dev/null 2>&1); r=$?
          b=${b}U$r:{{scope}}$nl$o$nl
          r=0

        """;

    private static string Words(HostConfig host, bool user) =>
        string.Join(' ', host.Units.Where(u => u.IsUser == user).Select(u => SamplerScript.Quote(u.Name)));
}

internal sealed record SystemdReading(SystemdUnits Units) : Reading, IAnswer
{
    public CollectorFailure? Failure => Units.Failures is [var failure, ..] ? failure.Reason : null;

    public override void WriteTo(MetricsPage page, Labels target)
    {
        foreach (var unit in Units.Units)
        {
            var of = target.With("unit", unit.Scope == "user" ? "user:" + unit.Id : unit.Id);
            page.AddStates(SystemdCollector.State, of, "state", SystemdUnit.ActiveStates, unit.ActiveState);
            page.Add(SystemdCollector.Restarts, of, unit.Restarts);
        }
    }
}
