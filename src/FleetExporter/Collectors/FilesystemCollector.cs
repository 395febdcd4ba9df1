using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>Local filesystems, each device once. Network mounts are skipped: an unreachable one would hang df.</summary>
internal sealed class FilesystemCollector() : HostCollector("filesystem", Size, Available)
{
    public static readonly MetricFamily Size = MetricFamily.Gauge(
        "fleet_host_filesystem_size_bytes", "Size of the filesystem, from df.", "host", "mountpoint", "fstype");

    public static readonly MetricFamily Available = MetricFamily.Gauge(
        "fleet_host_filesystem_available_bytes", "Space available to unprivileged users, from df.", "host", "mountpoint", "fstype");

    public override TimeSpan Every => TimeSpan.FromSeconds(60);

    // /proc/mounts escapes blanks in a path as \040, which printf decodes; busybox' df has no -B1.
    public override string Script(HostConfig host) => """
          s_=' ' i=0; set --
          while read -r k d t _; do
            case $t in
              ext[234]|xfs|btrfs|zfs|f2fs|bcachefs|jfs|reiserfs|vfat|exfat|ntfs|ntfs3|fuseblk|hfsplus) ;;
              overlay|9p|virtiofs) [ "$d" = / ] || continue ;;
              *) continue ;;
            esac
            case $s_ in *" $k "*) continue ;; esac
            s_="$s_$k "; i=$((i + 1)); [ $i -le 64 ] || break
            case $d in *\\*) d=$(printf %b "$d") ;; esac
            set -- "$@" "$d"
          done </proc/mounts
          [ $i -gt 0 ] || return 0
          b=$(exec df -PT -B1 -- "$@" </dev/null 2>&1) || case $b in
            *1-blocks*|*1B-blocks*) : ;;
            *) b=$(exec df -PTk -- "$@" </dev/null 2>&1) ;;
          esac
        """;

    public override IAnswer Parse(Section section) => new FilesystemReading(Parsing.Filesystems.Parse(section.Body).Items);

    public override string Summarize(IAnswer answer) => string.Join(", ", ((FilesystemReading)answer).Filesystems.Select(m => m.Mountpoint).Take(5));

    public override string Simulate(SimulatedHost host, DateTimeOffset now) =>
        "Filesystem Type 1-blocks Used Available Capacity Mounted on\n/dev/nvme0n1p2 ext4 1967317549056 "
        + $"{SimulatedWave.Whole(now, host.Seed, 9e11, 1.1e12)} {SimulatedWave.Whole(now, host.Seed, 6e11, 8e11)} 60% /";
}

internal sealed record FilesystemReading(IReadOnlyList<Filesystem> Filesystems) : Reading, IAnswer
{
    public override void WriteTo(MetricsPage page, Labels target)
    {
        foreach (var filesystem in Filesystems)
        {
            page.Add(FilesystemCollector.Size, target, filesystem.SizeBytes, ("mountpoint", filesystem.Mountpoint), ("fstype", filesystem.Type));
            page.Add(
                FilesystemCollector.Available, target, filesystem.AvailableBytes, ("mountpoint", filesystem.Mountpoint), ("fstype", filesystem.Type));
        }
    }
}
