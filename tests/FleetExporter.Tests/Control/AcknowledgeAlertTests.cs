using System.Text.Json.Nodes;
using FleetExporter.Alerting;
using FleetExporter.Control;
using FleetExporter.Hosting;
using FleetExporter.Metrics;
using FleetExporter.Tests.Api.Alerts;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.Tests.Control;

/// <summary>Acknowledging alerts: what Alertmanager is asked for, what is audited, and how it ends.</summary>
public sealed class AcknowledgeAlertTests
{
    private static readonly JsonObject Offline = FakeAlertmanager.Alert("0123", "FleetHostOffline", "critical", "2026-01-01T00:00:00Z");

    [Fact]
    public async Task An_alert_is_acknowledged_by_a_silence_of_the_caller()
    {
        await using var fixture = await Fixture.StartAsync();

        var outcome = await fixture.AcknowledgeAsync("0123", new Acknowledgement(null, "30m"));

        var silence = Assert.IsType<AlertOutcome.Acknowledged>(outcome).Alert.Silence!;
        Assert.Equal(("ann", "acknowledged by ann", true), (silence.By, silence.Comment, silence.Exact));
        Assert.Equal(fixture.Actions.Clock.GetUtcNow().AddMinutes(30), silence.Until);
        Assert.Equal("POST /api/v2/silences", Assert.Single(fixture.Alertmanager.Changes).Call);
        Assert.Equal(["acknowledge ok FleetHostOffline a 0123 - -"], await fixture.Actions.RowsAsync());
    }

    [Theory]
    [InlineData("4567", null, "NotFiring", "acknowledge failed 4567 - -")]
    [InlineData("0123", "30s", "Invalid", "acknowledge failed 0123 - -")]
    [InlineData("0123", "31d", "Invalid", "acknowledge failed 0123 - -")]
    [InlineData("0123", "soon", "Invalid", "acknowledge failed 0123 - -")]
    public async Task What_cannot_be_acknowledged_changes_nothing(string id, string? duration, string expected, string row)
    {
        await using var fixture = await Fixture.StartAsync();

        var outcome = await fixture.AcknowledgeAsync(id, new Acknowledgement(null, duration));

        Assert.Equal(expected, outcome.GetType().Name);
        Assert.Empty(fixture.Alertmanager.Changes);
        Assert.Equal([row], await fixture.Actions.RowsAsync());
    }

    [Fact]
    public async Task An_alertmanager_that_fails_is_in_the_audit()
    {
        await using var fixture = await Fixture.StartAsync();
        fixture.Alertmanager.Alerts = (500, "no");

        Assert.IsType<AlertOutcome.AlertmanagerFailed>(await fixture.AcknowledgeAsync("0123", new Acknowledgement()));

        Assert.Equal(["acknowledge failed 0123 - -"], await fixture.Actions.RowsAsync());
    }

    [Fact]
    public async Task Taking_it_back_ends_the_silence_that_covers_this_alert_alone()
    {
        await using var fixture = await Fixture.StartAsync();

        Assert.Null(Assert.IsType<AlertOutcome.NotAcknowledged>(await fixture.TakeBackAsync("0123")).Wider);
        fixture.Alertmanager.Silences = FakeAlertmanager.List(FakeAlertmanager.Silence("s1", Offline));
        Assert.IsType<AlertOutcome.TakenBack>(await fixture.TakeBackAsync("0123"));

        Assert.Equal("DELETE /api/v2/silence/s1", Assert.Single(fixture.Alertmanager.Changes).Call);
        Assert.Equal(
            ["unacknowledge failed FleetHostOffline a 0123 - -", "unacknowledge ok FleetHostOffline a 0123 - -"], await fixture.Actions.RowsAsync());
    }

    private sealed class Fixture(FakeAlertmanager alertmanager, ActionFixture world) : IAsyncDisposable
    {
        private readonly AlertSync _watch = new(
            new Alertmanager(world.Config), new AlertFeed(NullLogger<AlertFeed>.Instance),
            new LoopDependencies(new LoopMetrics(new ExporterMetrics()), world.Clock, NullLogger<HostedLoop>.Instance));

        public FakeAlertmanager Alertmanager => alertmanager;

        public ActionFixture Actions => world;

        private AcknowledgeAlert Action => new(new Alertmanager(world.Config), _watch, world.Clock);

        public static async Task<Fixture> StartAsync()
        {
            var alertmanager = await FakeAlertmanager.StartAsync();
            alertmanager.Alerts = (200, FakeAlertmanager.List(Offline));
            return new Fixture(alertmanager, await ActionFixture.StartAsync($"alertmanager: {{ url: \"{alertmanager.Url}\" }}\nhosts: []\n"));
        }

        public Task<AlertOutcome> AcknowledgeAsync(string id, Acknowledgement given) =>
            Action.AcknowledgeAsync(world.Call(ControlAction.Acknowledge), id, given, ActionFixture.Stop);

        public Task<AlertOutcome> TakeBackAsync(string id) =>
            Action.TakeBackAsync(world.Call(ControlAction.Unacknowledge), id, new Acknowledgement(), ActionFixture.Stop);

        public async ValueTask DisposeAsync()
        {
            _watch.Dispose();
            await world.DisposeAsync();
            await alertmanager.DisposeAsync();
        }
    }
}
