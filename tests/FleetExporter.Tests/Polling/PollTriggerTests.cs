using FleetExporter.Polling;

namespace FleetExporter.Tests.Polling;

public sealed class PollTriggerTests
{
    private readonly FakeClock _clock = new();
    private readonly PollTrigger _trigger = new();

    /// <summary>A delay that is cut to 0 ms would complete at once, and the caller would spin until the moment it waits for.</summary>
    [Fact]
    public async Task A_wait_of_less_than_a_millisecond_is_a_wait()
    {
        var waiting = _trigger.WaitAsync(TimeSpan.FromMicroseconds(700), _clock, TestContext.Current.CancellationToken);

        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(await waiting);
    }

    [Fact]
    public async Task A_request_ends_the_wait()
    {
        var waiting = _trigger.WaitAsync(TimeSpan.FromMinutes(1), _clock, TestContext.Current.CancellationToken);

        var polled = _trigger.RequestAsync();

        Assert.True(await waiting);
        _trigger.TakeRequest()!.SetResult();
        await polled;
    }
}
