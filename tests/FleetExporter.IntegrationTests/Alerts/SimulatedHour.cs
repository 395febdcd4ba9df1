using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.RegularExpressions;
using FleetExporter.Alerting;
using FleetExporter.Api;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Control;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Metrics;
using FleetExporter.Polling;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using FleetExporter.Remote;
using FleetExporter.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.IntegrationTests.Alerts;

/// <summary>
/// An hour of pages of simulated hosts, a minute apart, as a test of promtool in which nothing but Watchdog may fire.
/// The worst case for rules: a page is up to a scrape interval old, and collectors with longer intervals are polled just after the page is scraped.
/// </summary>
internal sealed partial class SimulatedHour
{
    private const int Minutes = 60;

    /// <summary>Its hosts train and keep old sessions: session limits are higher than the defaults, and none is legacy.</summary>
    private const string Yml = "legacy_after: 365d\nthresholds: { session_cpu_ratio: 4 }\n";

    private static readonly TimeSpan ScrapeInterval = TimeSpan.FromSeconds(15);

    private readonly StandingClock _clock = new();
    private readonly FleetState _state = new();
    private readonly DateTimeOffset _start;
    private readonly List<(SimulatedHost Machine, HostSnapshotUpdater Record, Schedule Schedule)> _hosts = [];
    private readonly Dictionary<string, string[]> _series = new(StringComparer.Ordinal);

    private SimulatedHour() => _start = _clock.Time;

    /// <returns>The text of the test file.</returns>
    public static Task<string> OfAsync(TestFolder folder, params IReadOnlyList<int> machines) => new SimulatedHour().MakeAsync(folder, machines);

    private async Task<string> MakeAsync(TestFolder folder, IReadOnlyList<int> machines)
    {
        var path = folder.Write("fleet.yml", Yml);
        ConfigResult Load() => ConfigFile.Load(path, TargetCatalog.Kinds, _ => null);
        var config = Load().Config!;
        var live = new LiveConfig(config, Load, _clock);
        var metrics = new ExporterMetrics();
        _ = new ControlMetrics(metrics);
        _ = new Watchdog(metrics, _clock);
        var polls = new PollMetrics(metrics);
        using var rendered = new RenderedHosts(new DroppedSeries(metrics));
        var pages = new ExporterPage(
            _state, rendered, live, metrics, new DroppedSeries(metrics), [], _clock,
            NullLogger<ExporterPage>.Instance);
        var attached = new AttachedTimes();
        foreach (var n in machines)
        {
            var machine = SimulatedHosts.At(n);
            var host =
                new HostConfig { Name = $"{machine.Kind}-{n}", Address = new HostAddress("simulated", null), Simulated = n, Ssh = config.Ssh.Host };
            _hosts.Add((machine, new HostSnapshotUpdater(
                HostSnapshot.Initial(host, new PollTiming(TimeSpan.FromMinutes(1), 3), _clock.Now()),
                _state, new Deriver(attached, config.LegacyAfter),
                polls, _clock), new Schedule()));
        }

        for (var minute = -1; minute <= Minutes; minute++)
        {
            if (minute >= 0)
            {
                _clock.Time = _start + TimeSpan.FromMinutes(minute) - ScrapeInterval;
                using var page = new MemoryStream();
                await pages.WriteAllAsync(PipeWriter.Create(page), ExpositionFormat.Text, default);
                Keep(Page.Parse(Encoding.UTF8.GetString(page.ToArray())), minute);
            }

            _clock.Time = _start + TimeSpan.FromMinutes(minute) - (ScrapeInterval / 3);
            _hosts.ForEach(h => Poll(h.Machine, h.Record, h.Schedule));
        }

        return Text();
    }

    private void Poll(SimulatedHost machine, HostSnapshotUpdater record, Schedule schedule)
    {
        if (!machine.Reachable)
        {
            record.Disconnected(SshFailure.Timeout, "no answer", _clock.Now());
            record.ConnectionLost("the host is not connected");
            return;
        }

        if (!record.Current.Connection.Up)
        {
            record.Connected(TimeSpan.FromMilliseconds(50));
        }

        foreach (var request in schedule.Due(CollectorCatalog.All.Select(c => new CollectorRequest(c)), _clock.Elapsed(), all: false))
        {
            schedule.MarkRequested(request, _clock.Elapsed());
            // Sequentially: the requests to later collectors depend on earlier answers.
            foreach (var on in record.SelectEnabled([request.Collector]))
            {
                var (status, body) = machine.Answer(on.Name, _clock.Time);
                Assert.Equal(0, status);
                var section = new Section(
                    on.Name, status, (_clock.Time - machine.Booted).TotalSeconds, TimeSpan.FromMilliseconds(5), _clock.Time, body);
                record.Apply([new SectionResult(on, section, _clock.Now(), on.Parse(section))], (_, bug) => throw bug);
            }
        }
    }

    private void Keep(Page page, int minute)
    {
        // promtool's time begins at 0.
        var start = _start.ToUnixTimeSeconds();
        foreach (var sample in page.Samples)
        {
            var value = sample.Name.EndsWith("_timestamp_seconds", StringComparison.Ordinal) ? sample.Value - start : sample.Value;
            var series = sample.Labels.Count > 0 ? sample.Series.Insert(sample.Name.Length + 1, "job=\"fleet\",") : sample.Series + "{job=\"fleet\"}";
            if (!_series.TryGetValue(series, out var values))
            {
                _series.Add(series, values = [.. Enumerable.Repeat("_", Minutes + 1)]);
            }

            values[minute] = value.ToString("R", CultureInfo.InvariantCulture);
        }
    }

    private string Text()
    {
        var files = Directory.GetFiles(Repository.PathOf("prometheus", "rules"), "*.rules.yml");
        var text = new StringBuilder("rule_files:\n");
        text.Append(string.Concat(files.Select(f => $"  - {f}\n")));
        text.Append("evaluation_interval: 1m\ntests:\n  - interval: 1m\n    external_labels: { fleet_url: 'u' }\n    input_series:\n");
        text.Append(CultureInfo.InvariantCulture, $"      - {{ series: 'up{{job=\"fleet\"}}', values: '1x{Minutes}' }}\n");
        foreach (var (series, values) in _series)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"      - series: '{series.Replace("'", "''", StringComparison.Ordinal)}'\n        values: '{string.Join(' ', values)}'\n");
        }

        text.Append("    alert_rule_test:\n");
        foreach (var alert in files.SelectMany(f => Alert().Matches(File.ReadAllText(f)))
            .Select(m => m.Groups[1].Value).Where(a => a != Watchdog.Alert))
        {
            for (var minute = 0; minute <= Minutes; minute++)
            {
                text.Append(CultureInfo.InvariantCulture, $"      - {{ eval_time: {minute}m, alertname: {alert} }}\n");
            }
        }

        return text.ToString();
    }

    [GeneratedRegex("- alert: (\\w+)")]
    private static partial Regex Alert();

    private sealed class StandingClock : TimeProvider
    {
        public DateTimeOffset Time { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Time;

        public override long GetTimestamp() => Time.Ticks;
    }
}
