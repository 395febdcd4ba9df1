using System.Text;
using FleetExporter.Metrics;
using FleetExporter.Store;

namespace FleetExporter.Tests.Store;

/// <summary>The circuit breaker of the store.</summary>
public sealed class StoreBreakerTests
{
    private static readonly StoreError.Unavailable Gone = new("it is gone");

    private readonly ExporterMetrics _metrics = new();
    private readonly StoreBreaker _breaker;

    public StoreBreakerTests() => _breaker = new StoreBreaker(new StoreMetrics(_metrics));

    [Fact]
    public async Task The_metric_is_absent_before_the_first_use()
    {
        Assert.Null(_breaker.Error);
        Assert.DoesNotContain("\nfleet_store_up ", await PageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_open_from_a_failure_to_a_success_as_is_the_metric()
    {
        _breaker.Open(Gone);
        Assert.Equal(Gone, _breaker.Error);
        Assert.Contains("\nfleet_store_up 0\n", await PageAsync(), StringComparison.Ordinal);

        _breaker.Close();
        Assert.Null(_breaker.Error);
        Assert.Contains("\nfleet_store_up 1\n", await PageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Opening_is_signalled_once_with_the_latest_reason()
    {
        var opening = _breaker.NextOpening;
        Assert.False(opening.IsCompleted);

        _breaker.Open(Gone);
        Assert.True(opening.IsCompleted);
        var next = _breaker.NextOpening;
        _breaker.Open(new StoreError.Unavailable("it does not answer"));
        Assert.False(next.IsCompleted);
        Assert.Equal("it does not answer", _breaker.Error!.Reason);

        _breaker.Close();
        _breaker.Open(Gone);
        Assert.True(next.IsCompleted);
    }

    private async Task<string> PageAsync()
    {
        using var page = new MemoryStream();
        await _metrics.WriteAsync(page, ExpositionFormat.Text, TestContext.Current.CancellationToken);
        return "\n" + Encoding.UTF8.GetString(page.ToArray());
    }
}
