using System.Globalization;

namespace FleetExporter.Parsing;

/// <summary>Names of things that are listed together: one that occurs again gets " 2", " 3".</summary>
internal sealed class UniqueNames
{
    /// <summary>Names given so far, each with the number its next namesake is tried with.</summary>
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
