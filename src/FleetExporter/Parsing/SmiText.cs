using System.Text.RegularExpressions;

namespace FleetExporter.Parsing;

/// <summary>Classifies lines of nvidia-smi that are not data: it prints errors on stdout, among the rows.</summary>
internal static partial class SmiText
{
    /// <summary>Maximum number of other lines kept per output.</summary>
    public const int MaxLines = 20;

    private const int MaxLength = 200;

    /// <summary>Ordered: "Failed to initialize NVML: Insufficient Permissions" is a permission failure, not a driver failure.</summary>
    private static readonly (CollectorFailure Reason, string Words)[] Sentences =
    [
        (CollectorFailure.ToolMissing, "command not found"),
        (CollectorFailure.ToolMissing, ": not found"),
        (CollectorFailure.ToolMissing, "Unknown command"),
        (CollectorFailure.ToolMissing, "is not recognized as"),
        (CollectorFailure.ToolMissing, "No such file or directory"),
        (CollectorFailure.Permission, ": Insufficient Permissions"),
        (CollectorFailure.Permission, "Permission denied"),
        (CollectorFailure.Permission, "not permitted"),
        (CollectorFailure.DeviceLost, "Unable to determine the device handle"),
        (CollectorFailure.DeviceLost, ": GPU is lost"),
        (CollectorFailure.Driver, "NVIDIA-SMI has failed"),
        (CollectorFailure.Driver, "communicate with the NVIDIA driver"),
        (CollectorFailure.Driver, "NVML"),
        (CollectorFailure.Driver, "libnvidia-ml"),
        (CollectorFailure.Driver, "Driver Not Loaded"),
        (CollectorFailure.Driver, "version mismatch"),
        (CollectorFailure.Driver, "blocked by the operating system"),
        (CollectorFailure.Driver, "No devices were found"),
        (CollectorFailure.Driver, "No supported GPUs were found"),
        (CollectorFailure.Driver, "Unable to determine the number of GPUs"),
        (CollectorFailure.Driver, "is not a valid field to query"),
        (CollectorFailure.Driver, "is not recognized"),
    ];

    /// <summary>Trimmed (Windows ends a line with <c>\r\n</c>) and without blank lines.</summary>
    /// <exception cref="FormatException">More than <see cref="RemoteLimits.Lines"/>.</exception>
    public static IEnumerable<string> Lines(string output, int from = 0) =>
        SectionText.Lines(output, from).Select(static l => l.Trim()).Where(static l => l.Length > 0);

    /// <summary>Makes a line printable and truncates it to 200 characters.</summary>
    public static string Clip(string line) => Printable.Line(line, MaxLength);

    /// <summary>The GPU that a message reports as lost: bus id, else index.</summary>
    public static string? LostGpu(string line)
    {
        if (!line.Contains("device handle", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var match = LostSentence().Match(line);
        var bus = match.Groups["bus"];
        return !match.Success ? null : bus.Success ? PciBusId.Normalise(bus.Value) : match.Groups["index"].Value;
    }

    public static bool IsWarning(string line) => line.StartsWith("WARNING", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the line is an error message, regardless of its commas.</summary>
    public static bool IsSentence(string line) => ErrorStart().IsMatch(line);

    public static CollectorFailure? Reason(string line)
    {
        foreach (var (reason, words) in Sentences)
        {
            if (line.Contains(words, StringComparison.OrdinalIgnoreCase))
            {
                // ": not found" comes from a shell; "Failed to initialize NVML: Not Found" from the driver.
                return reason == CollectorFailure.ToolMissing && IsSentence(line) ? CollectorFailure.Driver : reason;
            }
        }

        return null;
    }

    /// <summary>Failure of an output without valid rows.</summary>
    public static ToolFailureException Failure(string output)
    {
        var lines = Lines(output).ToList();
        foreach (var line in lines)
        {
            if (LostGpu(line) is not null)
            {
                return new ToolFailureException(CollectorFailure.DeviceLost, Clip(line));
            }

            if (Reason(line) is { } reason)
            {
                return new ToolFailureException(reason, Clip(line));
            }
        }

        return new ToolFailureException(CollectorFailure.Parse, lines.Count == 0 ? "no output" : $"unexpected output: {Clip(lines[0])}");
    }

    /// <summary>Drivers print <c>GPU 0000:1A:00.0: …</c>, <c>GPU0: 0000:1A:00.0: …</c> and <c>GPU0000:1A:00.0: …</c>.</summary>
    [GeneratedRegex(
        @"device handle for GPU\s*(?:(?:[0-9]+:\s*)?(?<bus>[0-9A-F]{1,8}:[0-9A-F]{2}:[0-9A-F]{2}\.[0-9A-F])|(?<index>[0-9]{1,4})(?::\s|\s|$))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LostSentence();

    [GeneratedRegex(
        @"^(?:NVIDIA-SMI (?:has failed|couldn't)|Failed to |Unable to determine |No devices were|No supported GPUs|Field "".*"" is not |ERROR:)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ErrorStart();
}
