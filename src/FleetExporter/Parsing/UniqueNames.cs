using System.Globalization;

namespace FleetExporter.Parsing;

/// <summary>Makes names in a list unique: repeated ones get " 2", " 3".</summary>
internal sealed class UniqueNames
{
    /// <summary>Names in use, with the next suffix to try.</summary>
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);

    public string Of(string name)
    {
        if (_taken.TryAdd(name, 2))
        {
            return name;
        }

        string unique;
        do
        {
            unique = string.Create(CultureInfo.InvariantCulture, $"{name} {_taken[name]++}");
        }
        while (!_taken.TryAdd(unique, 2));
        return unique;
    }
}
