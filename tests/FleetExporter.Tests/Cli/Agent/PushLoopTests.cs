using FleetExporter.Cli.Agent;
using FleetExporter.Parsing;

namespace FleetExporter.Tests.Cli.Agent;

public sealed class PushLoopTests
{
    private readonly FakeClock _clock = new();
    private readonly List<string> _said = [];
    private readonly List<double?> _pushed = [];
    private Func<AgentException?> _fails = () => null;
    private double _value;

    [Fact]
    public async Task Failures_and_recovery_are_reported_once()
    {
        var loop = Loop();
        await loop.TryAsync(TestContext.Current.CancellationToken);
        _fails = () => new AgentException("the service does not know the key", permanent: true);
        await loop.TryAsync(TestContext.Current.CancellationToken);
        await loop.TryAsync(TestContext.Current.CancellationToken);
        _fails = () => new AgentException("refused", permanent: false);
        await loop.TryAsync(TestContext.Current.CancellationToken);
        _fails = () => null;
        await loop.TryAsync(TestContext.Current.CancellationToken);
        await loop.TryAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["pushing: 1 GPU every 2s", "the service does not know the key", "refused", "pushing again: 1 GPU every 2s"], _said);
    }

    [Fact]
    public async Task A_failed_reading_is_not_sent_later()
    {
        var loop = Loop();
        _fails = () => new AgentException("no", permanent: false);
        await loop.TryAsync(TestContext.Current.CancellationToken);
        await loop.TryAsync(TestContext.Current.CancellationToken);
        _fails = () => null;
        await loop.TryAsync(TestContext.Current.CancellationToken);

        Assert.Equal([3.0], _pushed);
    }

    [Fact]
    public async Task Pauses_grow_to_a_limit_with_jitter_and_reset_after_a_success()
    {
        var loop = Loop();
        AgentException? failure = null;
        _fails = () => failure = new AgentException("no", permanent: false);
        for (var i = 0; i < 20; i++)
        {
            await loop.TryAsync(TestContext.Current.CancellationToken);
        }

        Assert.InRange(loop.PauseAfter(failure!), TimeSpan.FromSeconds(11.25), TimeSpan.FromSeconds(15));
        Assert.InRange(loop.PauseAfter(new AgentException("no", permanent: true)), TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(60));
        _fails = () => null;
        await loop.TryAsync(TestContext.Current.CancellationToken);
        Assert.InRange(loop.PauseAfter(failure!), TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task It_pushes_at_the_interval_until_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var running = Loop().RunAsync(stop.Token);
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(i, _pushed.Count);
            _clock.Advance(TimeSpan.FromSeconds(2));
        }

        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_gpu_keeps_its_index_when_an_earlier_one_is_missing() =>
        Assert.Equal([null, 1, null, 3], NvidiaSmi.ByIndex([new Gpu { Index = 1 }, new Gpu { Index = 3 }]).Select(g => g?.Index));

    private PushLoop Loop() => new(
        _ => Task.FromResult<IReadOnlyList<Gpu?>>([new Gpu { Index = 0, PowerDrawWatts = ++_value }]),
        (gpus, _) =>
        {
            if (_fails() is { } failure)
            {
                throw failure;
            }

            _pushed.Add(gpus[0]!.PowerDrawWatts);
            return Task.CompletedTask;
        },
        TimeSpan.FromSeconds(2), _clock, _said.Add);
}
