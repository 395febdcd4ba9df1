using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace FleetExporter.Config;

/// <summary>An immutable map with value equality, enumerated in ordinal order of its names.</summary>
[SuppressMessage("Naming", "CA1710", Justification = "Named like ValueList; it is not a Dictionary.")]
internal sealed class ValueMap<T> : IReadOnlyDictionary<string, T>, IEquatable<ValueMap<T>>
{
    public static readonly ValueMap<T> Empty = new([]);

    private readonly SortedDictionary<string, T> _values;

    /// <param name="values">Each name at most once.</param>
    public ValueMap(IEnumerable<KeyValuePair<string, T>> values)
    {
        _values = new SortedDictionary<string, T>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            _values.Add(name, value);
        }
    }

    public int Count => _values.Count;

    public IEnumerable<string> Keys => _values.Keys;

    public IEnumerable<T> Values => _values.Values;

    public T this[string key] => _values[key];

    /// <summary>Returns a copy with one value added or replaced.</summary>
    public ValueMap<T> With(string name, T value) =>
        new(_values.Where(pair => pair.Key != name).Append(new KeyValuePair<string, T>(name, value)));

    public bool ContainsKey(string key) => _values.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _values.TryGetValue(key, out value);

    public bool Equals(ValueMap<T>? other) => other is not null && _values.SequenceEqual(other._values);

    public override bool Equals(object? obj) => Equals(obj as ValueMap<T>);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (name, value) in _values)
        {
            hash.Add(name);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    public override string ToString() => $"{{{string.Join(", ", _values.Select(pair => $"{pair.Key}: {pair.Value}"))}}}";

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
