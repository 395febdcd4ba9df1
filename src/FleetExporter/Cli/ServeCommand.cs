using System.Net.Sockets;
using FleetExporter.Access;
using FleetExporter.Api;
using FleetExporter.Config;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace FleetExporter.Cli;

/// <summary>Runs the service until it is stopped.</summary>
internal static class ServeCommand
{
    /// <summary>Exit code when the configuration has errors.</summary>
    public const int BadConfiguration = 2;

    /// <param name="build">Throws <see cref="IOException"/>, <see cref="UnauthorizedAccessException"/> or <see cref="FormatException"/>.</param>
    public static async Task<int> RunAsync(Func<LiveConfig, WebApplication> build, Func<ConfigResult> load, CancellationToken stop)
    {
        var loaded = load();
        if (!loaded.Success)
        {
            ConfigReport.Write(loaded, Console.Error);
            return BadConfiguration;
        }

        ConfigReport.Write(loaded, Console.Error);
        WebApplication built;
        try
        {
            built = build(new LiveConfig(loaded.Config, load, TimeProvider.System));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            await Console.Error.WriteLineAsync($"fleet-exporter: {e.Message}").ConfigureAwait(false);
            return 1;
        }

        await using var app = built;
        try
        {
            await app.StartAsync(stop).ConfigureAwait(false);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync(
                $"fleet-exporter: {loaded.Config.Listen} is already in use. "
                    + "Is another exporter running? Choose another address with --listen.").ConfigureAwait(false);
            return 1;
        }
        catch (SocketException e)
        {
            await Console.Error.WriteLineAsync($"fleet-exporter: cannot listen on {loaded.Config.Listen}: {e.Message}").ConfigureAwait(false);
            return 1;
        }

        Console.WriteLine($"FleetExporter {ExporterPage.Version.Split('+')[0]} watches {Hosts(loaded.Config.Hosts.Count)}");
        foreach (var address in app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses)
        {
            Console.WriteLine($"  page     {address}/");
            Console.WriteLine($"  metrics  {address}/metrics");
        }

        // scripts/up reads these lines, the last one last.
        if (app.Services.GetService<ServerCertificate>() is { } certificate)
        {
            Console.WriteLine($"  tls      {certificate.CertificateFile} ({certificate.Name ?? "no name"})");
        }

        var admin = app.Services.GetRequiredService<AdminKey>();
        Console.WriteLine($"  key      {admin.Path}{(admin.Made ? " (made now)" : "")}");
        await app.WaitForShutdownAsync(stop).ConfigureAwait(false);
        return 0;
    }

    private static string Hosts(int count) => count == 1 ? "1 host" : $"{count} hosts";
}
