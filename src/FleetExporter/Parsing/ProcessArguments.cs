using System.Text.RegularExpressions;

namespace FleetExporter.Parsing;

/// <summary>Command lines may hold secrets: what follows the program is replaced before a debug page shows it.</summary>
internal static partial class ProcessArguments
{
    /// <summary>
    /// Keeps the program. On Windows, where it begins with a drive, it ends in .exe and may hold blanks; elsewhere it ends at the first blank.
    /// </summary>
    public static string Mask(string commandLine) =>
        Program().Match(commandLine) is { Success: true } program && program.Length < commandLine.TrimEnd().Length
            ? program.Value + " …"
            : commandLine;

    [GeneratedRegex(@"^([a-z]:\\.*?\.exe|\S+)", RegexOptions.IgnoreCase)]
    private static partial Regex Program();
}
