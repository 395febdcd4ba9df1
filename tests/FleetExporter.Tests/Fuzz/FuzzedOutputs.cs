using System.Buffers;
using System.Text;
using System.Text.Json;
using FleetExporter.Api;
using FleetExporter.Api.Http;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Metrics;
using FleetExporter.Overview;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using FleetExporter.Streaming;
using FleetExporter.Tests.Metrics;
using FleetExporter.Views;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace FleetExporter.Tests.Fuzz;

/// <summary>All outputs of a host, each read by a strict parser: both pages, the views of the API, the live streams.</summary>
internal sealed class FuzzedOutputs
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly FakeClock _clock;
    private readonly DroppedSeries _dropped = new(new ExporterMetrics());
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly IOptions<JsonOptions> _json = Options.Create(ApiJson.Configure(new JsonOptions()));
    private readonly GpuFeed _gpus;
    private readonly HostFeed _hosts;
    private readonly BugLog<HostViews> _bugs = new();
    private readonly BugLog<OverviewBuilder> _overviewBugs = new();
    private int _pages;
    private long _gpuCursor;
    private long _hostCursor;

    public FuzzedOutputs(FleetState state, FakeClock clock)
    {
        _clock = clock;
        var config = ConfigFile.Parse("hosts: []", "/etc/fleet.yml", TargetCatalog.Kinds, _ => null);
        _gpus = new GpuFeed(state, clock);
        _hosts = new HostFeed(
            state, new HostViews(state, clock, _bugs), new OverviewBuilder(state, clock, _overviewBugs),
            new LiveConfig(config.Config!, () => config, clock), new LiveEvents(_json), new StreamClients(new ExporterMetrics()), clock);
    }

    /// <exception cref="FormatException">A page breaks a rule of its format, or a value is not finite.</exception>
    /// <exception cref="JsonException">A body is not JSON.</exception>
    public void Check(HostSnapshot host)
    {
        var now = _clock.Now();
        using var page = new MetricsPage(_dropped);
        HostPage.Write(page, host, now, static (what, e) => throw new InvalidOperationException($"{what} could not be published", e));
        // The samples are identical in both formats, so each round parses one of them.
        CheckPage(page, _pages++ % 2 == 0 ? ExpositionFormat.Text : ExpositionFormat.OpenMetrics);
        CheckJson(Serialise(HostStateView.Of(host, now)));
        CheckJson(Serialise(DebugEndpoints.View(host, Write(page, ExpositionFormat.Text), now)));
        _gpus.Update(host.Host.Name);
        _hosts.Update();
        _gpuCursor = CheckNews(_gpus.Log, _gpuCursor);
        _hostCursor = CheckNews(_hosts.Log, _hostCursor);
        _bugs.Check();
        _overviewBugs.Check();
    }

    private static long CheckNews(LiveLog log, long cursor)
    {
        var news = log.Since(cursor);
        foreach (var entry in news.Entries)
        {
            CheckJson(entry.Json);
        }

        return news.Cursor;
    }

    private static void CheckJson(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                reader.GetString();
            }
            else if (reader.TokenType == JsonTokenType.Number && !double.IsFinite(reader.GetDouble()))
            {
                throw new FormatException("a number that is not finite");
            }
        }
    }

    private byte[] Serialise<T>(T view) => JsonSerializer.SerializeToUtf8Bytes(view, _json.Value.SerializerOptions);

    private void CheckPage(MetricsPage page, ExpositionFormat format)
    {
        foreach (var sample in Exposition.Read(Write(page, format), format == ExpositionFormat.OpenMetrics).SelectMany(family => family.Samples))
        {
            if (!double.IsFinite(sample.Value))
            {
                throw new FormatException($"{sample.Name}{{{sample.Labels}}} is not finite");
            }
        }
    }

    private string Write(MetricsPage page, ExpositionFormat format)
    {
        _buffer.ResetWrittenCount();
        page.WriteTo(_buffer, format);
        return Strict.GetString(_buffer.WrittenSpan);
    }
}
