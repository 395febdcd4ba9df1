namespace FleetExporter.Parsing;

/// <summary>Main memory in bytes. Null where the kernel reports no value, or one above the total.</summary>
internal sealed record HostMemory
{
    private const long KiB = 1024;

    public required long Total { get; init; }
    public long? Free { get; init; }

    /// <summary>Memory available without swapping. For kernels before 3.14, free + buffers + cached, an upper bound.</summary>
    public long? Available { get; init; }
    public long? Buffers { get; init; }
    public long? Cached { get; init; }
    public long? SwapTotal { get; init; }

    /// <summary>Never above <see cref="SwapTotal"/>: WSL1 prints an underflow of 2^64 every few readings.</summary>
    public long? SwapFree { get; init; }

    /// <summary>Reserved huge pages of all sizes; included in <see cref="Total"/>, never in <see cref="Available"/>.</summary>
    public long? HugePagesTotal { get; init; }
    public long? HugePagesFree { get; init; }

    /// <summary>
    /// Reads <c>Name:kB</c> lines of /proc/meminfo (blanks and a unit are allowed, as in the file) and <c>hugepages:kB:total:free</c>.
    /// </summary>
    internal static HostMemory? TryParse(IEnumerable<string> lines)
    {
        var bytes = new Dictionary<string, long?>(StringComparer.Ordinal);
        (long Total, long Free)? huge = null;
        foreach (var line in lines)
        {
            var parts = line.Split(':', 2);
            if (parts.Length < 2)
            {
                continue;
            }

            if (parts[0] == "hugepages")
            {
                huge = Add(huge, parts[1].Split(':'));
                continue;
            }

            var words = parts[1].Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            bytes[parts[0]] = words.Length > 0 && SectionText.TryCount(words[0], out var kb) ? SectionText.Multiply(kb, KiB) : null;
        }

        if (bytes.GetValueOrDefault("MemTotal") is not { } total || total == 0)
        {
            return null;
        }

        long? Plausible(long? limit, string name) => bytes.GetValueOrDefault(name) is { } value && value <= limit ? value : null;
        var (free, buffers, cached) = (Plausible(total, "MemFree"), Plausible(total, "Buffers"), Plausible(total, "Cached"));
        var estimate = free + buffers + cached is { } sum ? Math.Min(sum, total) : (long?)null;
        var swap = bytes.GetValueOrDefault("SwapTotal");
        return new HostMemory
        {
            Total = total,
            Free = free,
            Available = bytes.ContainsKey("MemAvailable") ? Plausible(total, "MemAvailable") : estimate,
            Buffers = buffers,
            Cached = cached,
            SwapTotal = swap,
            SwapFree = Plausible(swap, "SwapFree"),
            HugePagesTotal = huge?.Total,
            HugePagesFree = huge?.Free,
        };
    }

    /// <summary>Adds one page size; invalid lines add nothing.</summary>
    private static (long Total, long Free)? Add((long Total, long Free)? sum, string[] columns)
    {
        if (columns.Length != 3
            || !SectionText.TryCount(columns[0], out var kb) || !SectionText.TryCount(columns[1], out var total)
            || !SectionText.TryCount(columns[2], out var free) || free > total
            || SectionText.Multiply(kb, KiB) is not { } size || SectionText.Multiply(total, size) is not { } bytes
            || bytes > long.MaxValue - (sum?.Total ?? 0))
        {
            return sum;
        }

        return ((sum?.Total ?? 0) + bytes, (sum?.Free ?? 0) + (free * size));
    }
}
