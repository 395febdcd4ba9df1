using FleetExporter.Alerting;
using FleetExporter.Events;
using FleetExporter.Store;

namespace FleetExporter.Tests.Events;

public sealed class AlertChangesTests
{
    private readonly EventFixture _fleet = new();

    [Fact]
    public void An_alert_fires_is_acknowledged_and_is_resolved()
    {
        _fleet.Known.Settle();

        Look([Alert()]);
        Look([Alert()]);
        var firing = _fleet.TakeOne();
        Assert.Equal(("firing: FleetHostOffline: a does not answer", EventSeverity.Critical, "a"), (firing.Text, firing.Severity, firing.Host));

        Look([Alert(acknowledged: true)]);
        Look([]);
        Assert.Equal(
            ["alert info alert:f1 firing acknowledged -", "alert ok alert:f1 acknowledged resolved -"], _fleet.Take());
        Assert.Null(_fleet.Stored["alert:f1"]);
    }

    [Fact]
    public void After_a_restart_the_list_decides_what_was_resolved()
    {
        _fleet.Known.Settle();
        Look([Alert()]);
        _fleet.Take();

        _fleet.Restart();
        Look([], isComplete: false);
        Assert.Empty(_fleet.Take());
        Look([Alert()]);
        Assert.Empty(_fleet.Take());

        _fleet.Restart();
        Look([]);
        Assert.Equal(["alert ok alert:f1 firing resolved -"], _fleet.Take());
    }

    [Fact]
    public void What_fires_already_at_the_first_start_is_not_new()
    {
        Look([Alert()]);

        Assert.Empty(_fleet.Take());
    }

    [Fact]
    public void Without_Alertmanagers_list_what_was_cleared_is_resolved_and_fires_again()
    {
        _fleet.Known.Settle();
        Look([Alert()], isComplete: false);
        Look([], isComplete: false);
        _fleet.Take();

        AlertChanges.Record([], isComplete: false, new HashSet<string> { "f1" }, _fleet.Context);
        Look([Alert()], isComplete: false);

        Assert.Equal(["alert ok alert:f1 firing resolved -", "alert critical alert:f1 - firing -"], _fleet.Take());
    }

    private void Look(IReadOnlyList<AlertView> firing, bool isComplete = true) =>
        AlertChanges.Record(firing, isComplete, new HashSet<string>(), _fleet.Context);

    private static AlertView Alert(bool acknowledged = false) => new(
        "f1", "host_offline", "FleetHostOffline", "critical", "a", null, "a does not answer", null, null, DateTimeOffset.UnixEpoch, acknowledged,
        false, null, new Dictionary<string, string>());
}
