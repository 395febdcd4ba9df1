using System.Net.Sockets;
using FleetExporter.Access;
using FleetExporter.Api;
using FleetExporter.Cli.Common;
using FleetExporter.Config;
using FleetExporter.Store;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace FleetExporter.Cli;

/// <summary>Runs the service until it is stopped.</summary>
internal static class ServeCommand
{
    /// <param name="build">Throws <see cref="IOException"/>, <see cref="UnauthorizedAccessException"/> or <see cref="FormatException"/>.</param>
    public static async Task<int> RunAsync(Func<LiveConfig, WebApplication> build, Func<ConfigResult> load, CancellationToken stop)
    {
        var loaded = load();
        if (!loaded.Success)
        {
            ConfigReport.Write(loaded, Console.Error);
            return ExitCode.BadConfiguration;
        }

        ConfigReport.Write(loaded, Console.Error);
        using var folderLock = new DataFolderLock(loaded.Config.DataDir);
        WebApplication built;
        try
        {
            folderLock.Share();
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
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        foreach (var address in addresses)
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
        PrintLoginLink(loaded.Config.DataDir, new Uri(addresses.First()), app.Services.GetRequiredService<LoginLinks>());
        await app.WaitForShutdownAsync(stop).ConfigureAwait(false);
        AddressFile.Remove(loaded.Config.DataDir);
        return 0;
    }

    /// <summary>Records the address for <c>fleet-exporter login</c>, and prints a login link, but only on a terminal: never into a log.</summary>
    private static void PrintLoginLink(string dataDir, Uri address, LoginLinks links)
    {
        try
        {
            AddressFile.Write(dataDir, address.GetLeftPart(UriPartial.Authority));
            links.Open();
            if (!Console.IsOutputRedirected && AddressFile.Local(address) is { } service)
            {
                Console.WriteLine($"  login    {LoginLink.Create(service, links).Url}");
                Console.WriteLine($"           (once, within {LoginLinks.Lifetime.TotalMinutes:0} minutes; another one: fleet-exporter login)");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"warning: no login links: {e.Message}");
        }
    }

    private static string Hosts(int count) => count == 1 ? "1 host" : $"{count} hosts";
}
