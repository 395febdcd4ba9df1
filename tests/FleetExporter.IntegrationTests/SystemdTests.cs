using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>What the exporter tells systemd over its notification socket.</summary>
public sealed class SystemdTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly ConcurrentQueue<string> _messages = new();

    public void Dispose()
    {
        _socket.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_is_ready_keeps_the_watchdog_quiet_and_reports_a_bad_configuration()
    {
        _socket.Bind(new UnixDomainSocketEndPoint(_folder.PathOf("notify")));
        var receiving = ReceiveAsync();
        var environment = new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = _folder.PathOf("notify"), ["WATCHDOG_USEC"] = "1500000" };

        await using (var exporter = await Exporter.StartAsync(_folder, "hosts: [{ name: here }]\n", environment))
        {
            await SeenAsync("READY=1", exporter);
            await SeenAsync("STATUS=Watching 1 host of fleet.yml", exporter);
            await Until.TrueAsync(() => _messages.Count(m => m == "WATCHDOG=1") >= 3, "the watchdog is answered", () => exporter.Log);
            // The journal takes the priority from the line.
            Assert.Contains("<6>", exporter.Log, StringComparison.Ordinal);

            _folder.Write("fleet.yml", "hosts: [{ name: here }]\npol_interval: 1s\n");
            exporter.Send(Signal.Hup);
            await Until.TrueAsync(
                () => _messages.Any(m => m.StartsWith("STATUS=The previous configuration is active: fleet.yml:2:1", StringComparison.Ordinal)),
                "the status names the error", () => string.Join('\n', _messages));

            exporter.Send(Signal.Term);
            await SeenAsync("STOPPING=1", exporter);
        }

        _socket.Dispose();
        await receiving;
    }

    private Task SeenAsync(string message, Exporter exporter) => Until.TrueAsync(
        () => _messages.Contains(message), message, () => $"{string.Join('\n', _messages)}\n{exporter.Log}");

    private async Task ReceiveAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
                _messages.Enqueue(Encoding.UTF8.GetString(buffer, 0, length));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }
}
