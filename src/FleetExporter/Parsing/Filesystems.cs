using System.Text.RegularExpressions;

namespace FleetExporter.Parsing;

/// <summary>
/// One mounted file system, in bytes. Available is the space for unprivileged users, so used + available is less than the size.
/// </summary>
internal sealed record Filesystem(string Mountpoint, string Type, long SizeBytes, long AvailableBytes);

/// <summary>File systems, and lines that could not be parsed.</summary>
internal sealed record Filesystems(IReadOnlyList<Filesystem> Items, IReadOnlyList<string> UnparsedLines)
{
    private const RegexOptions Linear = RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;

    /// <summary>Source and target may contain blanks, so the row is anchored on its numbers; the target is absolute.</summary>
    private static readonly Regex Row = new(
        @"^.+?\s+(?<type>\S+)\s+(?<size>[0-9]+|-)\s+(?:-?[0-9]+|-)\s+(?<available>-?[0-9]+|-)\s+(?:[0-9]+%|-)\s+(?<target>/.*)$", Linear);

    private static readonly Regex Header = new(@"^\S+\s+\S+\s+(?<count>[0-9]{1,9})(?<unit>[A-Za-z]{0,3})-blocks\s", Linear);

    /// <summary>Parses <c>df -PT -B1 PATH…</c>, standard error included.</summary>
    /// <param name="body">
    /// A header that names the block size (<c>1-blocks</c> or <c>1B-blocks</c> of coreutils; <c>1024-blocks</c>, <c>1K-blocks</c>,
    /// <c>1M-blocks</c> of busybox), then a row per path: source, type, size, used, available, capacity, target.
    /// </param>
    /// <returns>
    /// File systems in output order, bytes; each mountpoint once, without pseudo file systems of size 0 or <c>-</c>. A negative available
    /// (reserve overdrawn) is 0. Other lines, such as <c>df: /x: No such file or directory</c>, are returned as unparsed. Empty for an empty text.
    /// </returns>
    /// <exception cref="FormatException">The text has no row below a header with a block size.</exception>
    /// <remarks>Seen: coreutils 9.1. df prints control characters in a target as <c>?</c>.</remarks>
    public static Filesystems Parse(string body)
    {
        long? block = null;
        var rows = 0;
        var items = new OrderedDictionary<string, Filesystem>(StringComparer.Ordinal);
        var unparsed = new List<string>();
        foreach (var line in SectionText.Lines(body).Where(static l => !string.IsNullOrWhiteSpace(l)))
        {
            if (block is null && Header.Match(line) is { Success: true } header)
            {
                block = BlockSize(header.Groups["count"].ValueSpan, header.Groups["unit"].Value);
            }
            else if (block is { } unit && Row.Match(line) is { Success: true } row && TryRead(row, unit, out var filesystem))
            {
                rows++;
                if (filesystem.SizeBytes > 0)
                {
                    items.TryAdd(filesystem.Mountpoint, filesystem);
                    RemoteLimits.Check(items.Count, RemoteLimits.Filesystems, "file systems");
                }
            }
            else
            {
                unparsed.Add(Printable.Line(line, 200));
            }
        }

        return rows > 0 || string.IsNullOrWhiteSpace(body)
            ? new Filesystems([.. items.Values], unparsed)
            : throw new FormatException($"df: no file system in the output, which begins with {SectionText.Quote(body)}");
    }

    private static bool TryRead(Match row, long block, out Filesystem filesystem)
    {
        var size = Bytes(row.Groups["size"].ValueSpan, block);
        var available = Bytes(row.Groups["available"].ValueSpan, block);
        var (target, type) = (RemoteLimits.Name(row.Groups["target"].Value), RemoteLimits.Name(row.Groups["type"].Value));
        filesystem = new Filesystem(target, type, size ?? 0, available ?? 0);
        return size is not null && available is not null;
    }

    private static long? Bytes(ReadOnlySpan<char> blocks, long block) => blocks switch
    {
        ['-', ..] => 0,
        _ => SectionText.TryCount(blocks, out var count) ? SectionText.Multiply(count, block) : null,
    };

    /// <summary>Units of coreutils: K and KiB are powers of 1024, kB and MB of 1000.</summary>
    private static long? BlockSize(ReadOnlySpan<char> count, string unit)
    {
        long? size = unit switch
        {
            "" or "B" => 1,
            "kB" or "KB" => 1_000,
            "K" or "KiB" or "k" => 1L << 10,
            "MB" => 1_000_000,
            "M" or "MiB" => 1L << 20,
            "GB" => 1_000_000_000,
            "G" or "GiB" => 1L << 30,
            _ => null,
        };
        return size is { } bytes && SectionText.TryCount(count, out var number) && number > 0 ? SectionText.Multiply(number, bytes) : null;
    }
}
