using FleetExporter.Config;
using FleetExporter.Events;
using FleetExporter.Store;

namespace FleetExporter.Tests.Events;

public sealed class ExporterEventsTests
{
    private readonly EventFixture _fleet = new();

    [Fact]
    public void A_start_says_whether_the_last_run_stopped_cleanly()
    {
        ExporterEvents.Started(_fleet.Context, _fleet.Now.Time);
        Assert.Equal(["exporter info exporter - started -"], _fleet.Take());

        ExporterEvents.HasStopped(_fleet.Context);
        _fleet.Restart();
        ExporterEvents.Started(_fleet.Context, _fleet.Now.Time);
        Assert.Equal(["exporter info exporter running stopped -", "exporter info exporter stopped started -"], _fleet.Take());

        _fleet.Restart();
        ExporterEvents.Started(_fleet.Context, _fleet.Now.Time);
        Assert.Equal(
            ["the exporter ended without a clean stop; it last ran at 2026-01-01 00:00:00 UTC", "the exporter started"], _fleet.TakeTexts());
    }

    [Fact]
    public void A_rejected_configuration_is_not_quoted()
    {
        var rejected = ExporterEvents.Reloaded(ConfigResult.Failed(new ConfigError("/etc/fleet.yml", 3, 4, "key_file: secret")));

        Assert.Equal((EventSeverity.Warning, "rejected", "invalid"), (rejected.Severity, rejected.To, rejected.Reason));
        Assert.DoesNotContain("secret", rejected.Text, StringComparison.Ordinal);
    }
}
