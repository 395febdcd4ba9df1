namespace FleetExporter.Parsing;

/// <summary>
/// Limits of what is accepted from one host, gateway or service. Exceeding one fails that source only, with a message that names the limit.
/// Bytes are limited by the readers of sections (4 MiB), HTTP responses and gateway messages.
/// </summary>
internal static class RemoteLimits
{
    /// <summary>Lines of a section or of a text response.</summary>
    public const int Lines = 50_000;

    /// <summary>Characters of a line; longer lines are truncated.</summary>
    public const int LineLength = 16 * 1024;

    public const int Gpus = 64;

    /// <summary>Distinct GPUs of a host between two boots, MIG and hot plugging included.</summary>
    public const int GpusSeen = 256;

    public const int MigSlices = 64;

    public const int GpuProcesses = 4_096;

    /// <summary>Pairs of GPU and XID.</summary>
    public const int XidKinds = 1_024;

    public const int Sensors = 1_024;

    public const int Filesystems = 1_024;

    public const int Interfaces = 1_024;

    public const int Units = 1_024;

    /// <summary>Tmux sessions of all users of a host.</summary>
    public const int Sessions = 1_024;

    public const int Panes = 8_192;

    /// <summary>JSON values of a response of a provider or service.</summary>
    public const int JsonValues = 100_000;

    /// <summary>JSON values of a gateway message, or of a response of Prometheus or Alertmanager.</summary>
    public const int LargeJsonValues = 400_000;

    /// <summary>Rows of one gateway response.</summary>
    public const int GatewayRows = 10_000;

    /// <summary>Models of a provider; further ones are dropped.</summary>
    public const int Models = 1_000;

    /// <summary>UTF-16 units of a name, such as a tmux session, GPU or mount point.</summary>
    public const int NameLength = 1_024;

    /// <summary>Nesting depth of XML elements.</summary>
    public const int XmlDepth = 32;

    /// <summary>Makes a name printable: <see cref="Printable.Text"/>.</summary>
    /// <exception cref="FormatException">Longer than <see cref="NameLength"/>.</exception>
    public static string Name(string text)
    {
        Check(text.Length, NameLength, "characters in a name");
        return Printable.Text(text);
    }

    /// <exception cref="FormatException">The count exceeds the limit.</exception>
    /// <param name="what">Plural noun, such as <c>GPUs</c>.</param>
    public static void Check(int count, int max, string what)
    {
        if (count > max)
        {
            throw new FormatException(FormattableString.Invariant($"more than {max} {what}, the limit"));
        }
    }
}
