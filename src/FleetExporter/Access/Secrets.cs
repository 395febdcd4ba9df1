using System.Buffers.Text;
using System.Security.Cryptography;
using FleetExporter.Config;

namespace FleetExporter.Access;

/// <summary>Random secrets with a value and a lifetime, in memory, stored by hash only. Bounded: the oldest is dropped first.</summary>
/// <param name="lifetime">Lifetime of each secret.</param>
/// <param name="max">Maximum number of secrets.</param>
internal sealed class Secrets<T>(TimeSpan lifetime, int max, TimeProvider clock)
    where T : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<KeyHash, (T Subject, Instant Expires)> _known = [];
    private readonly Queue<KeyHash> _byAge = [];

    /// <summary>Raised after a secret was added or removed, other than by expiry.</summary>
    public event Action? Changed;

    public (string Secret, DateTimeOffset Expires) New(T meaning)
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return (secret, Add(KeyHash.Of(secret), meaning, lifetime).Time);
    }

    /// <summary>Adds a secret that was issued earlier.</summary>
    /// <param name="left">Its remaining lifetime, limited to the full lifetime.</param>
    /// <returns>When it expires.</returns>
    public Instant Add(KeyHash hash, T meaning, TimeSpan left)
    {
        var expires = clock.Now() + (left < lifetime ? left : lifetime);
        lock (_lock)
        {
            while (_byAge.TryPeek(out var oldest)
                && (_byAge.Count >= max || !_known.TryGetValue(oldest, out var entry) || entry.Expires <= clock.Now()))
            {
                _known.Remove(_byAge.Dequeue());
            }

            if (_known.TryAdd(hash, (meaning, expires)))
            {
                _byAge.Enqueue(hash);
            }
        }

        Changed?.Invoke();
        return expires;
    }

    /// <returns>Null when it is unknown, removed or expired.</returns>
    public T? Find(KeyHash hash) => TryGet(hash, remove: false);

    /// <summary>Returns and removes it.</summary>
    public T? Take(KeyHash hash)
    {
        var taken = TryGet(hash, remove: true);
        if (taken is not null)
        {
            Changed?.Invoke();
        }

        return taken;
    }

    /// <summary>All valid secrets with their remaining lifetimes.</summary>
    public IReadOnlyList<(KeyHash Hash, T Subject, TimeSpan Left)> All(Instant now)
    {
        lock (_lock)
        {
            return [.. _known.Where(k => k.Value.Expires > now).Select(k => (k.Key, k.Value.Subject, k.Value.Expires - now))];
        }
    }

    private T? TryGet(KeyHash hash, bool remove)
    {
        lock (_lock)
        {
            if (!_known.TryGetValue(hash, out var entry))
            {
                return null;
            }

            if (remove || entry.Expires <= clock.Now())
            {
                _known.Remove(hash);
            }

            return entry.Expires > clock.Now() ? entry.Subject : null;
        }
    }
}
