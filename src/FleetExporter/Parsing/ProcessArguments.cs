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

    /// <summary>Masks the process names inside a section's text, or inside a message that quotes it.</summary>
    public static string? MaskSection(string collector, string? text) => (text, collector) switch
    {
        (null, _) => null,
        (_, "gpu_processes") => ProcessRow().Replace(text, m => m.Groups[1].Value + Mask(m.Groups[2].Value) + m.Groups[3].Value),
        (_, "gpu_details") => ProcessElement().Replace(text, m => m.Groups[1].Value + Mask(m.Groups[2].Value) + m.Groups[3].Value),
        _ => text,
    };

    [GeneratedRegex(@"^([a-z]:\\.*?\.exe|\S+)", RegexOptions.IgnoreCase)]
    private static partial Regex Program();

    // gpu_uuid, pid, process_name, used_memory; the name is what stands between the second comma and the last.
    [GeneratedRegex(@"^([^,\n]*,[^,\n]*, ?)(.+?)(, ?[^,\n]*)?\r?$", RegexOptions.Multiline)]
    private static partial Regex ProcessRow();

    [GeneratedRegex("(<process_name>)([^<]*)(</process_name>|$)")]
    private static partial Regex ProcessElement();
}
