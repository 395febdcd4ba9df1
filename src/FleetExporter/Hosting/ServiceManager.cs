using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Hosting.WindowsServices;
using Microsoft.Extensions.Logging.Console;

namespace FleetExporter.Hosting;

/// <summary>Runs the exporter under a service manager: systemd (sd_notify), or Windows' service control manager.</summary>
internal static class ServiceManager
{
    /// <summary>The socket of sd_notify; unset without systemd.</summary>
    private const string NotifySocket = "NOTIFY_SOCKET";

    /// <summary>
    /// With systemd: <c>READY=1</c> once the server listens, <c>STOPPING=1</c>, the status line and the watchdog. On Windows, if started as a
    /// service: start, stop and the event log.
    /// </summary>
    public static IServiceCollection AddServiceManager(this IServiceCollection services)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(NotifySocket)))
        {
            return WindowsServiceHelpers.IsWindowsService() ? services.AddWindowsService(o => o.ServiceName = "FleetExporter") : services;
        }

        // Not AddSystemd, which requires systemd to be the parent process; a container engine passes the socket too.
        return services
            .Configure<ConsoleLoggerOptions>(o => o.FormatterName = ConsoleFormatterNames.Systemd)
            .AddSingleton<ISystemdNotifier, SystemdNotifier>()
            .AddSingleton<IHostLifetime, SystemdLifetime>()
            .AddSingleton<SystemdWatchdog>()
            .AddHostedService(s => s.GetRequiredService<SystemdWatchdog>());
    }
}
