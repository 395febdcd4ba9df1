using System.Buffers.Text;
using System.Security.Cryptography;
using FleetExporter.Config;

namespace FleetExporter.Api.Access;

/// <summary>Random secrets that stand for something for a while, in memory, known by their hashes only. Bounded: the oldest goes first.</summary>
/// <param name="life">How long each counts.</param>
/// <param name="most">How many there are at most.</param>
internal sealed class Secrets<T>(TimeSpan life, int most, TimeProvider clock)
    where T : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<KeyHash, (T Meaning, Instant Expires)> _known = [];
    private readonly Queue<KeyHash> _byAge = [];

    public (string Secret, DateTimeOffset Expires) New(T meaning)
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var hash = KeyHash.Of(secret);
        var expires = clock.Now() + life;
        lock (_lock)
        {
            while (_byAge.TryPeek(out var oldest)
                && (_byAge.Count >= most || !_known.TryGetValue(oldest, out var entry) || entry.Expires <= clock.Now()))
            {
                _known.Remove(_byAge.Dequeue());
            }

            _known.Add(hash, (meaning, expires));
            _byAge.Enqueue(hash);
        }

        return (secret, expires.Time);
    }

    /// <returns>Null when it is unknown, ended or over.</returns>
    public T? Find(string secret) => Look(secret, remove: false);

    /// <summary>The same, and it never counts again.</summary>
    public T? Take(string secret) => Look(secret, remove: true);

    private T? Look(string secret, bool remove)
    {
        var hash = KeyHash.Of(secret);
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
