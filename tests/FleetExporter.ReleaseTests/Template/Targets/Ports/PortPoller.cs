using System.Net.Sockets;
using FleetExporter.Metrics;
using FleetExporter.Parsing;

namespace FleetExporter.Targets.Ports;

internal sealed class PortPoller(PortConfig port, TimeProvider clock) : ITargetPoller
{
    public async Task<TargetReading> AskAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(port.Connect.Host, port.Connect.Port!.Value, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new TargetFailureException(TargetFailure.Refused, e.Message);
        }

        return new PortReading(clock.GetElapsedTime(started));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

internal sealed record PortReading(TimeSpan Duration) : TargetReading
{
    public override void WriteTo(MetricsPage page, Labels target) => page.Add(PortCollector.Duration, target, Duration.TotalSeconds);

    public override IEnumerable<(string Name, string Value)> Findings() => [("connected in", $"{Duration.TotalMilliseconds:0} ms")];
}
