using System.Globalization;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>The host's identity and its installed tools. Requested first on a new stream, so that missing tools do not count as failures.</summary>
internal sealed class SystemCollector() : HostCollector("system", Cpus, BootTime, ClockOffset)
{
    public static readonly MetricFamily Cpus = MetricFamily.Gauge("fleet_host_cpus", "CPUs that are online, from /proc/stat.", "host");

    public static readonly MetricFamily BootTime = MetricFamily.Gauge(
        "fleet_host_boot_timestamp_seconds", "When the host was booted, from btime in /proc/stat.", "host");

    public static readonly MetricFamily ClockOffset = MetricFamily.Gauge(
        "fleet_host_clock_offset_seconds",
        "The host's clock minus the exporter's, from date; negative when the host's clock is behind. "
            + "Includes the latency of the answer, and up to 1 s where date prints whole seconds.",
        "host");

    public override TimeSpan Every => TimeSpan.FromMinutes(5);

    public override string Script(HostConfig host) => """
          o= k= v=; while IFS== read -r k v; do case $k in PRETTY_NAME) o=$v; break ;; esac; done </etc/os-release
          r_=; read -r r_ </proc/sys/kernel/osrelease
          m=; read -r m </sys/class/dmi/id/product_name || m=$(exec tr -d '\0' </proc/device-tree/model)
          i=; read -r i </proc/sys/kernel/random/boot_id
          c=0 t= k= v=; while read -r k v _; do case $k in cpu[0-9]*) c=$((c + 1)) ;; btime) t=$v; break ;; esac; done </proc/stat
          p=$(exec getconf PAGESIZE </dev/null) || p=
          l=; for k in nvidia-smi tmux systemctl; do command -v $k >/dev/null && l="$l $k"; done
          b="os=$o${nl}kernel=$r_${nl}arch=$(exec uname -m)${nl}model=$m${nl}cpus=$c${nl}btime=$t${nl}pagesize=$p${nl}
        """
        + """
        user=$user${nl}tools=$l${nl}boot_id=$i${nl}clock=$(exec date +%s.%N)"
        """;

    public override IAnswer Parse(Section section) => new SystemAnswer(SystemIdentity.Parse(section.Body));

    public override string Summarize(IAnswer answer)
    {
        var system = ((SystemAnswer)answer).System;
        return $"{system.Os ?? "unknown system"}, {system.Kernel}, {system.Architecture}";
    }

    public override string Simulate(SimulatedHost host, DateTimeOffset now) => $"""
        os={host.Os}
        kernel=6.8.0-simulated
        arch={host.Architecture}
        model={host.Model}
        cpus={host.Cpus}
        btime={host.Booted.ToUnixTimeSeconds()}
        pagesize=4096
        user=fleet
        tools=tmux{(host.Gpu is null ? "" : " nvidia-smi")}
        boot_id=simulated-{host.Seed}
        clock={(now.ToUnixTimeMilliseconds() / 1000.0).ToString("0.000", CultureInfo.InvariantCulture)}
        """;
}

internal sealed record SystemAnswer(SystemIdentity System) : IAnswer;

/// <param name="ClockOffset">The host's clock minus the exporter's; null where the host did not report its time.</param>
internal sealed record SystemReading(SystemIdentity System, TimeSpan? ClockOffset) : Reading
{
    public override void WriteTo(MetricsPage page, Labels target)
    {
        page.Add(SystemCollector.Cpus, target, System.Cpus);
        page.Add(SystemCollector.BootTime, target, System.BootTime?.ToUnixTimeMilliseconds() / 1000.0);
        page.Add(SystemCollector.ClockOffset, target, ClockOffset?.TotalSeconds);
    }
}
