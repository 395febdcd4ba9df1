namespace FleetExporter.Parsing;

/// <summary>Vitals of a Linux host, read at every tick: CPU time, memory, load, pressure and network counters.</summary>
internal sealed record HostVitals
{
    public required CpuTimes Cpu { get; init; }
    public required HostMemory Memory { get; init; }

    /// <summary>Null when /proc/loadavg is not readable.</summary>
    public LoadAverage? Load { get; init; }

    /// <summary>Empty on kernels without pressure stall information (before 4.20, or psi=0).</summary>
    public IReadOnlyList<Pressure> Pressures { get; init; } = [];
    public IReadOnlyList<NetworkDevice> Networks { get; init; } = [];

    /// <summary>
    /// Parses the section <c>host</c>: the first line of /proc/stat, /proc/meminfo, /proc/loadavg, /proc/pressure and /proc/net/dev.
    /// </summary>
    /// <param name="body">
    /// <c>cpu  …</c>, <c>Name:kB</c>, <c>hugepages:kB:total:free</c>, <c>load:…</c>, <c>pressure:RESOURCE:…</c> and <c>net:…</c> lines in any order.
    /// For a repeated interface, the last line counts.
    /// </param>
    /// <returns>Seconds of CPU time, bytes, ratios 0-1. Values that the kernel does not provide are null or missing.</returns>
    /// <exception cref="FormatException">No usable <c>cpu</c> line or no MemTotal.</exception>
    /// <remarks>Seen: kernel 6.18 whole; excerpts of a kernel before 3.14, WSL1 and DGX Spark.</remarks>
    public static HostVitals Parse(string body)
    {
        CpuTimes? cpu = null;
        LoadAverage? load = null;
        var memory = new List<string>();
        var pressures = new OrderedDictionary<(string, string), Pressure>();
        var networks = new OrderedDictionary<string, NetworkDevice>(StringComparer.Ordinal);
        foreach (var line in SectionText.Lines(body))
        {
            if (line.StartsWith("cpu ", StringComparison.Ordinal))
            {
                cpu ??= CpuTimes.TryParse(line);
            }
            else if (TryAfter(line, "load:", out var rest))
            {
                load ??= LoadAverage.TryParse(rest);
            }
            else if (TryAfter(line, "pressure:", out rest))
            {
                if (Pressure.TryParse(rest) is { } pressure)
                {
                    pressures[(pressure.Resource, pressure.Kind)] = pressure;
                }
            }
            else if (TryAfter(line, "net:", out rest))
            {
                if (NetworkDevice.TryParse(rest) is { } network)
                {
                    networks[network.Device] = network;
                    RemoteLimits.Check(networks.Count, RemoteLimits.Interfaces, "network interfaces");
                }
            }
            else
            {
                memory.Add(line);
            }
        }

        return new HostVitals
        {
            Cpu = cpu ?? throw Missing("line 'cpu' of /proc/stat", body),
            Memory = HostMemory.TryParse(memory) ?? throw Missing("MemTotal of /proc/meminfo", body),
            Load = load,
            Pressures = [.. pressures.Values],
            Networks = [.. networks.Values],
        };
    }

    private static bool TryAfter(string line, string prefix, out ReadOnlySpan<char> rest)
    {
        var isMatch = line.StartsWith(prefix, StringComparison.Ordinal);
        rest = isMatch ? line.AsSpan(prefix.Length) : default;
        return isMatch;
    }

    private static FormatException Missing(string what, string body) =>
        new($"host: no valid {what}; the output begins with {SectionText.Quote(body)}");
}
