using System.Globalization;

namespace FleetExporter.Parsing;

/// <summary>Identity of a host. Null where not reported.</summary>
internal sealed record SystemIdentity
{
    private static readonly string[] KnownTools = ["nvidia-smi", "tmux", "systemctl"];

    public required string Kernel { get; init; }
    public string? Os { get; init; }
    public string? Architecture { get; init; }

    /// <summary>Machine model from DMI or the device tree.</summary>
    public string? Model { get; init; }
    public int? Cpus { get; init; }
    public DateTimeOffset? BootTime { get; init; }

    /// <summary>The host's clock when the section was printed; in whole seconds on busybox.</summary>
    public DateTimeOffset? Clock { get; init; }
    public long? PageSizeBytes { get; init; }

    /// <summary>The login user.</summary>
    public string? User { get; init; }

    /// <summary>Which of nvidia-smi, tmux and systemctl are on the path.</summary>
    public IReadOnlySet<string> Tools { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Changes with every boot.</summary>
    public string? BootId { get; init; }

    /// <summary>Parses the section <c>system</c>: os-release, uname, /proc/stat, date, getconf, id and the tools found on the path.</summary>
    /// <param name="body">
    /// <c>key=value</c> lines: os (quoted or not), kernel, arch, model, cpus, btime and clock (Unix seconds; clock with an optional fraction,
    /// which busybox prints as a literal <c>%N</c> or <c>N</c>), pagesize (bytes), user, tools (separated by blanks), boot_id.
    /// The last value of a key wins.
    /// </param>
    /// <returns>Times in UTC, bytes; empty and invalid values are null; unknown keys and tools are ignored.</returns>
    /// <exception cref="FormatException">No kernel.</exception>
    public static SystemIdentity Parse(string body)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in SectionText.Lines(body))
        {
            if (line.Split('=', 2) is [var key, var value])
            {
                values[key] = RemoteLimits.Name(value.Trim('\0', ' ', '\t', '\r'));
            }
        }

        string? Text(string key) => values.GetValueOrDefault(key) is { Length: > 0 } text ? text : null;
        long? Count(string key) => SectionText.TryCount(values.GetValueOrDefault(key), out var count) && count > 0 ? count : null;
        return new SystemIdentity
        {
            Kernel = Text("kernel") ?? throw new FormatException($"system: no kernel in the output, which begins with {SectionText.Quote(body)}"),
            Os = Unquote(Text("os")),
            Architecture = Text("arch"),
            Model = Text("model"),
            Cpus = Count("cpus") is { } cpus and <= int.MaxValue ? (int)cpus : null,
            BootTime = SectionText.UnixTime(Text("btime")),
            Clock = ParseClock(Text("clock")),
            PageSizeBytes = Count("pagesize"),
            User = Text("user"),
            Tools = (Text("tools") ?? "").Split(' ').Where(KnownTools.Contains).ToHashSet(StringComparer.Ordinal),
            BootId = Text("boot_id"),
        };
    }

    private static DateTimeOffset? ParseClock(string? text)
    {
        var parts = (text ?? "").TrimEnd('N', '%').Split('.', 2);
        if (SectionText.UnixTime(parts[0]) is not { } seconds || parts.Length == 1 || parts[1].Length == 0)
        {
            return SectionText.UnixTime(parts[0]);
        }

        // TimeSpan counts 100 ns: seven digits of the nanoseconds.
        return long.TryParse(parts[1].PadRight(7, '0')[..7], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? seconds.AddTicks(ticks)
            : seconds;
    }

    /// <summary>os-release has shell syntax: values may be quoted, with backslashes before <c>" $ ` \</c> in double ones.</summary>
    private static string? Unquote(string? text)
    {
        if (text is not [('"' or '\'') and var quote, .. var inner, var last] || last != quote)
        {
            return text;
        }

        foreach (var escaped in quote == '"' ? "\"$`\\" : "")
        {
            inner = inner.Replace($"\\{escaped}", escaped.ToString(), StringComparison.Ordinal);
        }

        return inner.Length > 0 ? inner : null;
    }
}
