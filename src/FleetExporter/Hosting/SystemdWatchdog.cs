using System.Globalization;
using FleetExporter.Config;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting.Systemd;

namespace FleetExporter.Hosting;

/// <summary>
/// Sends <c>WATCHDOG=1</c> while the exporter's HTTP server answers its own health check; systemd restarts the exporter when that stays out for
/// <c>WatchdogSec</c>. Also keeps the status line of <c>systemctl status</c>.
/// </summary>
internal sealed class SystemdWatchdog(
    ISystemdNotifier notifier, IServer server, IHostApplicationLifetime lifetime, LiveConfig config, LoopDependencies dependencies)
    : HostedLoop(ExporterLoop.Watchdog, dependencies)
{
    protected override async Task RunAsync(CancellationToken stop)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stop).ConfigureAwait(false);

        config.Reloaded += Report;
        try
        {
            notifier.Notify(new ServiceState($"STATUS={Watching(config.Current)}"));
            if (Interval(Environment.GetEnvironmentVariable("WATCHDOG_USEC")) is { } interval)
            {
                await SendAsync(interval, stop).ConfigureAwait(false);
            }
            else
            {
                await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            config.Reloaded -= Report;
        }
    }

    /// <param name="watchdog">WATCHDOG_USEC: the time within which systemd expects a message, in microseconds.</param>
    /// <returns>A third of it; null if systemd expects none.</returns>
    internal static TimeSpan? Interval(string? watchdog) =>
        ulong.TryParse(watchdog, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds is > 0 and < long.MaxValue
            ? TimeSpan.FromMicroseconds(microseconds / 3d)
            : null;

    private static string Watching(FleetConfig now) =>
        $"Watching {now.Hosts.Count} host{(now.Hosts.Count == 1 ? "" : "s")} of {(now.SourcePath is { } path ? Path.GetFileName(path) : "no file")}";

    private void Report(ConfigResult result) => notifier.Notify(new ServiceState(
        result.Success ? $"STATUS={Watching(result.Config)}"
            : $"STATUS=The previous configuration is active: {Printable.Line(result.Errors[0].ToString(), 200)}"));

    private async Task SendAsync(TimeSpan interval, CancellationToken stop)
    {
        // A connection to itself; its certificate need not be valid for a loopback address.
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        };
        using var client = new HttpClient(handler) { Timeout = interval };
        var health = new Uri(Loopback(server.Features.Get<IServerAddressesFeature>()!.Addresses.First()), "/-/healthy");
        using var timer = new PeriodicTimer(interval, Clock);
        do
        {
            if (await IsHealthyAsync(client, health, stop).ConfigureAwait(false))
            {
                notifier.Notify(new ServiceState("WATCHDOG=1"));
            }
        }
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
    }

    private static async Task<bool> IsHealthyAsync(HttpClient client, Uri health, CancellationToken stop)
    {
        try
        {
            using var answer = await client.GetAsync(health, stop).ConfigureAwait(false);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            return false;
        }
    }

    private static Uri Loopback(string address)
    {
        var url = new UriBuilder(address);
        url.Host = url.Host switch { "0.0.0.0" => "127.0.0.1", "[::]" => "[::1]", var host => host };
        return url.Uri;
    }
}
