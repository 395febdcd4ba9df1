using System.Buffers.Text;
using System.Security.Cryptography;
using FleetExporter.Config;

namespace FleetExporter.Access;

/// <summary>Random secrets that stand for something for a while, in memory, known by their hashes only. Bounded: the oldest goes first.</summary>
/// <param name="life">How long each counts.</param>
/// <param name="most">How many there are at most.</param>
internal sealed class Secrets<T>(TimeSpan life, int most, TimeProvider clock)
    where T : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<KeyHash, (T Meaning, Instant Expires)> _known = [];
    private readonly Queue<KeyHash> _byAge = [];

    /// <summary>Called after one has come or gone, other than by age.</summary>
    public event Action? Changed;

    public (string Secret, DateTimeOffset Expires) New(T meaning)
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return (secret, Add(KeyHash.Of(secret), meaning, life).Time);
    }

    /// <summary>Adds one that was given before.</summary>
    /// <param name="left">What is left of its life; counts up to a whole one.</param>
    /// <returns>When it ends.</returns>
    public Instant Add(KeyHash hash, T meaning, TimeSpan left)
    {
        var expires = clock.Now() + (left < life ? left : life);
        lock (_lock)
        {
            while (_byAge.TryPeek(out var oldest)
                && (_byAge.Count >= most || !_known.TryGetValue(oldest, out var entry) || entry.Expires <= clock.Now()))
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

    /// <returns>Null when it is unknown, ended or over.</returns>
    public T? Find(KeyHash hash) => Look(hash, remove: false);

    /// <summary>The same, and it never counts again.</summary>
    public T? Take(KeyHash hash)
    {
        var taken = Look(hash, remove: true);
        if (taken is not null)
        {
            Changed?.Invoke();
        }

        return taken;
    }

    /// <summary>All that count, with what is left of the life of each.</summary>
    public IReadOnlyList<(KeyHash Hash, T Meaning, TimeSpan Left)> All(Instant now)
    {
        lock (_lock)
        {
            return [.. _known.Where(k => k.Value.Expires > now).Select(k => (k.Key, k.Value.Meaning, k.Value.Expires - now))];
        }
    }

    private T? Look(KeyHash hash, bool remove)
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

            return entry.Expires > clock.Now() ? entry.Meaning : null;
        }
    }
}
