using System.Text.RegularExpressions;

namespace FleetExporter.Config;

/// <summary>The machine the service runs on, as the host that is watched when the file names none.</summary>
internal static partial class ThisMachine
{
    public static string Name { get; } = NameOf(Environment.MachineName);

    /// <summary>A machine's name made into a host's: what may not stand in one becomes <c>-</c>.</summary>
    internal static string NameOf(string machine)
    {
        var name = Forbidden().Replace(machine, "-").TrimStart('.', '_', ' ', '-');
        return name.Length == 0 ? "localhost" : name[..Math.Min(name.Length, 63)];
    }

    [GeneratedRegex("[^A-Za-z0-9._ -]", RegexOptions.CultureInvariant)]
    private static partial Regex Forbidden();
}
