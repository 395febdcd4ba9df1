using System.Net;
using System.Net.Sockets;
using FleetExporter.Access;
using FleetExporter.Config;
using FleetExporter.Parsing;

namespace FleetExporter.Cli.Doctor;

/// <summary>Whether the address is free, or used by the exporter of this data folder.</summary>
internal static class ListenChecks
{
    public static async Task<Finding> RunAsync(FleetConfig config, CancellationToken stop)
    {
        var running = RunningAt(config.DataDir);
        if (running is not null)
        {
            try
            {
                using var client = new JsonClient(running, null);
                if ((await client.TextAsync("/-/healthy", stop).ConfigureAwait(false)).Trim() == "healthy")
                {
                    return Finding.Ok("listen", $"the exporter of {config.DataDir} runs at {running.GetLeftPart(UriPartial.Authority)}");
                }
            }
            catch (TargetFailureException e) when (e.Reason == TargetFailure.Tls)
            {
                return Finding.Warning(
                    "listen", $"an exporter runs at {running.GetLeftPart(UriPartial.Authority)}; its certificate is not trusted here: {e.Message}",
                    "Trust its CA on this machine, or check the certificate's name and dates.");
            }
            catch (TargetFailureException)
            {
                // Left behind by a crash, or something else listens there.
            }
        }

        return BindError(config.Listen) is { } error
            ? Finding.Failed(
                "listen", $"{config.Listen}: {error}, and no exporter of {config.DataDir} answers",
                $"Stop what listens there (ss -ltnp 'sport = :{config.Listen.Port}'), or choose another address with listen.")
            : Finding.Ok("listen", $"{config.Listen} is free; no exporter of {config.DataDir} runs");
    }

    private static Uri? RunningAt(string dataDir)
    {
        try
        {
            return AddressFile.Read(dataDir) is { } url ? AddressFile.Local(url) ?? url : null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? BindError(ListenAddress listen)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.TryParse(listen.Host, out var ip) ? ip : IPAddress.Loopback, listen.Port);
            listener.Start();
            return null;
        }
        catch (SocketException e)
        {
            return e.Message;
        }
    }
}
