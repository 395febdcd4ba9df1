using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.OpenClaw;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using FleetExporter.Targets;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>Polls a gateway as the exporter does.</summary>
internal sealed class PolledGateway : IAsyncDisposable
{
    private static readonly GatewayCollector Collector = new();

    private readonly TemporaryFolder _folder = new();
    private readonly TimeProvider _clock;
    private readonly ITargetPoller _poller;
    private TargetSnapshot _snapshot;

    public PolledGateway(
        Uri url, TimeProvider? clock = null, string token = FakeGateway.Token, TimeSpan? timeout = null, ValueList<string>? channels = null)
    {
        TokenPath = Path.Combine(_folder.Path, "token");
        File.WriteAllText(TokenPath, token + "\n");
        _clock = clock ?? TimeProvider.System;
        var config = new GatewayConfig
        {
            Name = "claw",
            Host = "box",
            Url = url,
            TokenFile = TokenPath,
            Timeout = timeout ?? TimeSpan.FromSeconds(20),
            Channels = channels ?? []
        };
        _poller = Collector.Open(config, new TargetContext(_clock, (_, _) => null));
        _snapshot = new TargetSnapshot(config, Collector, new PollTiming(TimeSpan.FromSeconds(10), 3));
    }

    public string TokenPath { get; }

    /// <summary>Polls once and returns the reading.</summary>
    public async Task<GatewayReading> PollAsync()
    {
        var reading = (GatewayReading)await _poller.AskAsync(TestContext.Current.CancellationToken);
        var now = _clock.Now();
        _snapshot = reading.Failure is { } problem
            ? _snapshot.Failed(problem.Reason, problem.Message, now, TimeSpan.FromSeconds(0.5), reading)
            : _snapshot.Answered(reading, now, TimeSpan.FromSeconds(0.5));
        return reading;
    }

    /// <summary>Polls once and returns the reason of its failure; null after a success.</summary>
    public async Task<TargetFailure?> ReasonAsync() => (await PollAsync()).Failure?.Reason;

    /// <summary>The metrics after the last poll.</summary>
    public string Page()
    {
        using var page = new MetricsPage(new DroppedSeries(new ExporterMetrics()));
        TargetPage.Write(page, _snapshot, _clock.Now());
        return page.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _poller.DisposeAsync();
        _folder.Dispose();
    }
}
