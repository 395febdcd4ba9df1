using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Metrics;
using FleetExporter.Polling;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Polling.Targets;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Fuzz;

/// <summary>A host, polled by the real code, that responds to each poll with random sections, determined by the seed.</summary>
internal sealed class FuzzedHost
{
    private static readonly PollMetrics Metrics = new(new ExporterMetrics());
    private static readonly string[] Headers = ["", "1e3", "-1", "NaN", "1000000000", "999999999.99", "0.00", "x"];

    private readonly Random _random;
    private readonly SectionGrammar _grammar;
    private readonly SectionMutator _mutator;
    private readonly FakeClock _clock;
    private readonly FleetState _state;
    private readonly HostSnapshotUpdater _record;
    private readonly HostConfig _host;
    private readonly PollTiming _timing = new(TimeSpan.FromSeconds(10), 3);
    private readonly Dictionary<string, string> _sent = [];
    private readonly BugLog<FuzzedHost> _bugs = new();
    private double _uptime = 1000;

    public FuzzedHost(int seed, HostConfig host, FleetState state, FakeClock clock)
    {
        _random = new Random(seed);
        (_grammar, _mutator) = (new SectionGrammar(_random), new SectionMutator(_random));
        (_host, _state, _clock) = (host, state, clock);
        var deriver = new Deriver(new AttachedTimes(), TimeSpan.FromDays(1));
        _record = new HostSnapshotUpdater(HostSnapshot.Initial(host, _timing, clock.Now()), state, deriver, Metrics, clock);
    }

    /// <summary>A host with all collectors enabled.</summary>
    public static HostConfig Config(string name) => ConfigFile.Parse(
        $"hosts: [{{ name: {name}, address: {name}.lan, gpu: true, units: [ssh.service], tmux: {{ enabled: true, users: [bob, carol] }} }}]",
        "/etc/fleet.yml",
        TargetCatalog.Kinds,
        _ => null).Config!.Hosts[0];

    public HostSnapshot Snapshot => _state.Find(_host.Name)!;

    /// <summary>Sections sent so far, damaged ones included.</summary>
    public int Sections { get; private set; }

    /// <summary>Last data sent, for messages.</summary>
    public string Sent => string.Join('\n', _sent.Select(section => $"--- {section.Key}\n{section.Value}"));

    /// <summary>Opens a stream, polls everything once and ends it.</summary>
    /// <exception cref="InvalidOperationException">A parser threw an exception that it does not declare.</exception>
    public async Task PollAsync()
    {
        _clock.Advance(_timing.Interval);
        _uptime += _timing.Interval.TotalSeconds;
        using var stop = new CancellationTokenSource();
        var shell = new FuzzedStream(Hello(), Answer, () => _random.Next(100) == 0 ? _random.NextDouble() : null);
        try
        {
            await using var stream = await SamplerStream.OpenAsync(
                shell, StreamKind.Vitals, [], TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), _clock, CancellationToken.None);
            _record.Connected(TimeSpan.FromSeconds(0.1));
            var reader = new SectionReader(_host, Metrics, _clock, _bugs);
            var loop = new StreamLoop(_host, _timing, StreamKind.Vitals, _record, new Schedule(), new PollTrigger(), reader, Metrics, _clock);
            await loop.RunAsync(stream, CollectorCatalog.All, () => EndAfterAll(stop), stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (StreamException e)
        {
            _record.ConnectionLost(e.Message);
        }

        _bugs.Check();
    }

    private void EndAfterAll(CancellationTokenSource stop)
    {
        if (_sent.Count > 1)
        {
            stop.Cancel();
        }
    }

    private string Hello() => _random.Next(50) switch
    {
        0 => $"epoch=0 up={FuzzedStream.Uptime(_uptime)} user=alice",
        1 => "epoch=32503679999 up=0.00 user=\u001b[31m",
        2 => "epoch=1767225600 up=999999999.99 user=",
        3 => "epoch=NaN up=1 user=alice",
        _ => $"epoch=1767225600 up={FuzzedStream.Uptime(_uptime)} user=alice",
    };

    private byte[] Answer(string word, string nonce)
    {
        Sections++;
        var text = _random.Next(3) switch
        {
            0 => _grammar.Next(word),
            1 => _mutator.Mutate(Seed(word)),
            _ => _random.Next(8) == 0 ? _mutator.Mutate(_grammar.Next(word)) : _random.Next(12) == 0 ? Seed(Other()) : Seed(word),
        };
        text = _random.Next(200) == 0 ? text.Insert(_random.Next(text.Length + 1), $"\n@{nonce} end 2\n") : text;
        _sent[word] = text;
        var body = HostileText.Encode(text);
        var status = _random.Next(12) == 0 ? _random.Next(4) switch { 0 => "127", 1 => "126", 2 => "137", _ => Pick(HostileText.Numbers) } : "0";
        var length = _random.Next(60) == 0 ? Pick(HostileText.Numbers) : body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var until = _random.Next(60) == 0 ? Pick(Headers) : FuzzedStream.Uptime(_uptime);
        return FuzzedStream.Section(nonce, $"{word} {status} {FuzzedStream.Uptime(_uptime)} {until} {length}", body);
    }

    private string Seed(string word) => Pick(SectionSeeds.Of(word));

    private string Other() => CollectorCatalog.All[_random.Next(CollectorCatalog.All.Count)].Name;

    private string Pick(string[] choices) => choices[_random.Next(choices.Length)];
}
