using System.Text.RegularExpressions;

namespace FleetExporter.Parsing;

/// <summary>Masks arguments of command lines, which may contain secrets, for debug output.</summary>
internal static partial class ProcessArguments
{
    /// <summary>
    /// Keeps the program: up to .exe for paths with a drive letter, else up to the first blank.
    /// </summary>
    public static string Mask(string commandLine) =>
        Program().Match(commandLine) is { Success: true } program && program.Length < commandLine.TrimEnd().Length
            ? program.Value + " …"
            : commandLine;

    [GeneratedRegex(@"^([a-z]:\\.*?\.exe|\S+)", RegexOptions.IgnoreCase)]
    private static partial Regex Program();
}
