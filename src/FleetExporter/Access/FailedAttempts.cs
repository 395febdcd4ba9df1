using System.Net;
using System.Net.Sockets;

namespace FleetExporter.Access;

/// <summary>
/// Limits wrong keys per address: 10 at once, then one per 6 s. While none is left, no key from there is looked at, not even a right one.
/// </summary>
/// <remarks>IPv6 counts by /64, which is what one site has. Memory is bounded: the longest untouched address is forgotten first.</remarks>
internal sealed class FailedAttempts(TimeProvider clock)
{
    internal const int MostAddresses = 10_000;
    private const int AtOnce = 10;

    private static readonly TimeSpan OnePer = TimeSpan.FromSeconds(6);

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
    /// <param name="verify">Null for a wrong key. It is called under a lock, so that tries at once do not count as one.</param>
    /// <param name="wait">How long no further key is looked at; zero when this one was.</param>
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

    /// <summary>What counts as one address: IPv6 by /64.</summary>
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

        while (_byUse.First is { } oldest && (_byAddress.Count >= MostAddresses || oldest.Value.Bucket.IsFull))
        {
            _byUse.Remove(oldest);
            _byAddress.Remove(oldest.Value.Address);
        }

        var bucket = new TokenBucket(AtOnce, OnePer, clock);
        _byAddress.Add(address, _byUse.AddLast((address, bucket)));
        return bucket;
    }
}
