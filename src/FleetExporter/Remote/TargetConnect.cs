using System.Net;
using System.Net.Sockets;
using FleetExporter.Config;
using FleetExporter.Parsing;

namespace FleetExporter.Remote;

/// <summary>Resolves the names of targets, and keeps targets of the API away from forbidden addresses.</summary>
internal static class TargetConnect
{
    /// <summary>The addresses of a host; those that are not allowed are left out, so that no connection can reach them.</summary>
    /// <param name="host">A name or an address.</param>
    /// <param name="refusesLinkLocal"><see cref="TargetConfig.RefusesLinkLocal"/>.</param>
    /// <param name="resolve">Default the system's resolver.</param>
    /// <exception cref="TargetFailureException">No address (<c>dns</c>), or only forbidden ones (<c>refused</c>).</exception>
    public static async Task<IPAddress[]> AddressesOfAsync(
        string host, bool refusesLinkLocal, CancellationToken stop, Func<string, IPAddress[]>? resolve = null)
    {
        var all = IPAddress.TryParse(host, out var given)
            ? [given]
            : await ResolveAsync(host, resolve ?? Dns.GetHostAddresses, stop).ConfigureAwait(false);
        if (!refusesLinkLocal)
        {
            return all;
        }

        var allowed = Array.FindAll(all, a => ForbiddenAddress.NameOf(a) is null);
        return allowed.Length > 0 ? allowed : throw new TargetFailureException(
            TargetFailure.Refused,
            $"not connected: {(given is null ? $"{host} is {all[0]}, which" : $"{all[0]}")} is {ForbiddenAddress.NameOf(all[0])}, and "
                + "fleet.yml does not allow that for targets of the API (allow_link_local_targets)");
    }

    /// <summary>Connects for an HTTP handler of a target of the API.</summary>
    /// <exception cref="TargetFailureException">As above.</exception>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var addresses = await AddressesOfAsync(context.DnsEndPoint.Host, refusesLinkLocal: true, stop).ConfigureAwait(false);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, stop).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The failure that a handler wrapped into its own exceptions; null for another one.</summary>
    public static TargetFailureException? FailureIn(Exception error)
    {
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            if (e is TargetFailureException known)
            {
                return known;
            }
        }

        return null;
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, Func<string, IPAddress[]> resolve, CancellationToken stop)
    {
        try
        {
            // The system's resolver blocks and cannot be cancelled. It gets its own thread, which is abandoned after the timeout:
            // many unresolvable names would otherwise exhaust the thread pool.
            var lookup = Task.Factory.StartNew(
                () => resolve(host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            var addresses = await lookup.WaitAsync(stop).ConfigureAwait(false);
            return addresses.Length > 0 ? addresses : throw new TargetFailureException(TargetFailure.Dns, $"{host} has no address");
        }
        catch (SocketException e)
        {
            throw new TargetFailureException(TargetFailure.Dns, $"{host}: {e.Message}", e);
        }
    }
}
