using System.Net;
using System.Net.Sockets;

namespace FleetExporter.Access;

/// <summary>
/// Limits wrong keys per address: a burst of 10, then one per 6 s. While an address is over its limit, all its keys are rejected, even valid ones.
/// </summary>
/// <remarks>IPv6 addresses count by /64, the network of one site. Memory is bounded: the least recently used address is dropped first.</remarks>
internal sealed class FailedAttempts(TimeProvider clock)
{
    internal const int MaxAddresses = 10_000;
    private const int Burst = 10;

    private static readonly TimeSpan RefillInterval = TimeSpan.FromSeconds(6);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, LinkedListNode<(IPAddress Address, TokenBucket Bucket)>> _byAddress = [];
    private readonly LinkedList<(IPAddress Address, TokenBucket Bucket)> _byUse = [];

    internal int Addresses
    {
        get
        {
            lock (_lock)
            {
                return _byAddress.Count;
            }
        }
    }

    /// <summary>Tries a key.</summary>
    /// <param name="verify">Returns null for a wrong key. Called under a lock, so that concurrent attempts are counted separately.</param>
    /// <param name="wait">Time until the next key is checked; zero when this one was.</param>
    public T? Try<T>(IPAddress? from, Func<T?> verify, out TimeSpan wait)
        where T : class
    {
        var address = Site(from);
        lock (_lock)
        {
            wait = _byAddress.TryGetValue(address, out var known) ? known.Value.Bucket.Wait : TimeSpan.Zero;
            if (wait > TimeSpan.Zero)
            {
                return null;
            }

            var found = verify();
            if (found is null)
            {
                Bucket(address).TryTake();
            }

            return found;
        }
    }

    /// <summary>The address that attempts are counted by: IPv6 by /64.</summary>
    internal static IPAddress Site(IPAddress? from)
    {
        var address = from ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress([.. address.GetAddressBytes()[..8], .. new byte[8]]) : address;
    }

    private TokenBucket Bucket(IPAddress address)
    {
        if (_byAddress.TryGetValue(address, out var known))
        {
            _byUse.Remove(known);
            _byUse.AddLast(known);
            return known.Value.Bucket;
        }

        while (_byUse.First is { } oldest && (_byAddress.Count >= MaxAddresses || oldest.Value.Bucket.IsFull))
        {
            _byUse.Remove(oldest);
            _byAddress.Remove(oldest.Value.Address);
        }

        var bucket = new TokenBucket(Burst, RefillInterval, clock);
        _byAddress.Add(address, _byUse.AddLast((address, bucket)));
        return bucket;
    }
}
