namespace FleetExporter.Parsing;

/// <summary>
/// The most that is taken of one host, gateway or service. What sends more fails with a sentence that names the limit, and costs nobody else
/// anything.
/// Bytes are limited where they are read: a section of a host to 4 MiB, an answer over HTTP and a gateway's message by their readers.
/// </summary>
internal static class RemoteLimits
{
    /// <summary>Lines of a section, or of an answer that is text.</summary>
    public const int Lines = 50_000;

    /// <summary>Characters of a line; what is longer is cut.</summary>
    public const int LineLength = 16 * 1024;

    public const int Gpus = 64;

    /// <summary>Different GPUs from one boot of a host to the next, MIG and hot plugging included.</summary>
    public const int GpusSeen = 256;

    public const int MigSlices = 64;

    public const int GpuProcesses = 4_096;

    /// <summary>Pairs of GPU and XID.</summary>
    public const int XidKinds = 1_024;

    public const int Sensors = 1_024;

    public const int Filesystems = 1_024;

    public const int Interfaces = 1_024;

    public const int Units = 1_024;

    /// <summary>Sessions of all users of a host.</summary>
    public const int Sessions = 1_024;

    public const int Panes = 8_192;

    /// <summary>JSON values of an answer of a provider or a service.</summary>
    public const int JsonValues = 100_000;

    /// <summary>JSON values of a message of a gateway, and of an answer of Prometheus or Alertmanager.</summary>
    public const int LargeJsonValues = 400_000;

    /// <summary>Rows of one answer of a gateway.</summary>
    public const int GatewayRows = 10_000;

    /// <summary>Models of a provider; the rest of a longer list is left out.</summary>
    public const int Models = 1_000;

    /// <summary>UTF-16 units of a name, such as that of a session, a GPU, a file system's mount point.</summary>
    public const int NameLength = 1_024;

    /// <summary>Elements inside each other.</summary>
    public const int XmlDepth = 32;

    /// <summary>A name as it may be shown: <see cref="Printable.Text"/>.</summary>
    /// <exception cref="FormatException">It is longer than <see cref="NameLength"/>.</exception>
    public static string Name(string text)
    {
        Check(text.Length, NameLength, "characters in a name");
        return Printable.Text(text);
    }

    /// <exception cref="FormatException">There are more.</exception>
    /// <param name="what">In the plural, such as <c>GPUs</c>.</param>
    public static void Check(int count, int most, string what)
    {
        if (count > most)
        {
            throw new FormatException(FormattableString.Invariant($"more than {most} {what}, the most that is taken"));
        }
    }
}
