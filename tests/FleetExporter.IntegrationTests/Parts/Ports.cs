using System.Net;
using System.Net.Sockets;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Ports on which nothing listens, below those that the kernel gives to clients, so that no connection takes one in between.</summary>
internal static class Ports
{
    private static int _next = 20000 + Random.Shared.Next(8000);

    public static int Free()
    {
        while (true)
        {
            var port = 20000 + (Interlocked.Increment(ref _next) % 12000);
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }
}
