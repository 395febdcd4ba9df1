namespace FleetExporter.History;

/// <summary>CPU and GPU utilisation of the last ten minutes, in percent; NaN where it is not known.</summary>
/// <param name="Times">Oldest first; each list of values has one entry per time.</param>
/// <param name="Hosts">Those of the last taking, in the order of their names.</param>
internal sealed record RecentUse(IReadOnlyList<DateTimeOffset> Times, IReadOnlyList<RecentHostUse> Hosts)
{
    public const int MaxTimes = 60;

    /// <param name="host">The requested host; null for all.</param>
    public static RecentUse Of(RecentValues recent, string? host) => recent.Read(memory =>
    {
        var last = memory.Times.Last;
        var first = Math.Max(0, last - MaxTimes + 1);
        var names = host is null ? memory.Hosts.Keys.Order(StringComparer.Ordinal) : Enumerable.Repeat(host, memory.Hosts.ContainsKey(host) ? 1 : 0);
        return new RecentUse(
            [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => memory.Times.TimeOf(first + i, memory.Now))],
            [.. names.Select(name => (Name: name, Host: memory.Hosts[name])).Where(h => h.Host.Rings.LastTaking == last)
                .Select(h => Of(h.Name, h.Host, first, last))]);
    });

    private static RecentHostUse Of(string name, RecentHost host, long first, long last) => new(
        name,
        Values(host.Rings.Find(RecentValue.Cpu), first, last),
        [.. host.Gpus.Where(g => g.Rings.LastTaking >= first).OrderBy(g => g.Index)
            .Select(g => new RecentGpuUse(g.Index, g.Uuid, Values(g.Rings.Find(RecentValue.GpuUtilization), first, last)))]);

    private static float[] Values(RecentRing? ring, long first, long last)
    {
        var values = new float[last - first + 1];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ring?.ValueOf(first + i) ?? float.NaN;
        }

        return values;
    }
}

internal sealed record RecentHostUse(string Host, IReadOnlyList<float> Cpu, IReadOnlyList<RecentGpuUse> Gpus);

internal sealed record RecentGpuUse(int? Index, string? Uuid, IReadOnlyList<float> Utilization);
