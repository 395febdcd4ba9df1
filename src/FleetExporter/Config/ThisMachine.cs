using System.Text.RegularExpressions;

namespace FleetExporter.Config;

/// <summary>The local machine, which is the default host.</summary>
internal static partial class ThisMachine
{
    public static string Name { get; } = NameOf(Environment.MachineName);

    /// <summary>Converts a machine name to a host name: invalid characters become <c>-</c>.</summary>
    internal static string NameOf(string machine)
    {
        var name = Forbidden().Replace(machine, "-").TrimStart('.', '_', ' ', '-');
        return name.Length == 0 ? "localhost" : name[..Math.Min(name.Length, 63)];
    }

    [GeneratedRegex("[^A-Za-z0-9._ -]", RegexOptions.CultureInvariant)]
    private static partial Regex Forbidden();
}
