using System.Globalization;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>CPU, memory, load, pressure and network from /proc, read by shell builtins without starting a process.</summary>
internal sealed class VitalsCollector() : HostCollector(
    "host",
    CpuSeconds, MemoryTotal, MemoryAvailable, HugePagesFree, SwapTotal, SwapFree, Load, Pressure, NetworkReceive, NetworkTransmit, NetworkErrors)
{
    private const double Gibi = 1024.0 * 1024 * 1024;

    public static readonly MetricFamily CpuSeconds = MetricFamily.Counter(
        "fleet_host_cpu_seconds_total", "CPU time in each mode since boot, summed over all CPUs, from /proc/stat.", "host", "mode");

    public static readonly MetricFamily MemoryTotal = MetricFamily.Gauge(
        "fleet_host_memory_total_bytes", "Usable memory, MemTotal in /proc/meminfo.", "host");

    public static readonly MetricFamily MemoryAvailable = MetricFamily.Gauge(
        "fleet_host_memory_available_bytes", "Memory available without swapping, MemAvailable in /proc/meminfo.", "host");

    public static readonly MetricFamily HugePagesFree = MetricFamily.Gauge(
        "fleet_host_memory_hugepages_free_bytes", "Memory of unused reserved huge pages of all sizes, from /sys/kernel/mm/hugepages.", "host");

    public static readonly MetricFamily SwapTotal = MetricFamily.Gauge(
        "fleet_host_swap_total_bytes", "Swap space, SwapTotal in /proc/meminfo.", "host");

    public static readonly MetricFamily SwapFree = MetricFamily.Gauge(
        "fleet_host_swap_free_bytes", "Unused swap space, SwapFree in /proc/meminfo.", "host");

    public static readonly MetricFamily Load = MetricFamily.Gauge(
        "fleet_host_load_average", "Running and waiting processes, averaged over the window, from /proc/loadavg.", "host", "window");

    public static readonly MetricFamily Pressure = MetricFamily.Gauge(
        "fleet_host_pressure_ratio",
        "Share of time in which some or all tasks were stalled on the resource, averaged over the window, from /proc/pressure.",
        "host", "resource", "kind", "window");

    public static readonly MetricFamily NetworkReceive = MetricFamily.Counter(
        "fleet_host_network_receive_bytes_total", "Bytes received by the interface, from /proc/net/dev.", "host", "device");

    public static readonly MetricFamily NetworkTransmit = MetricFamily.Counter(
        "fleet_host_network_transmit_bytes_total", "Bytes sent by the interface, from /proc/net/dev.", "host", "device");

    public static readonly MetricFamily NetworkErrors = MetricFamily.Counter(
        "fleet_host_network_errors_total", "Receive and transmit errors of the interface, from /proc/net/dev.", "host", "device");

    // Past 24 interfaces one cat is cheaper than reading byte by byte.
    public override string Script(HostConfig host) => """
          l=; read -r l </proc/stat; b=$l$nl
          while read -r k v _; do case $k in
            MemTotal:|MemFree:|MemAvailable:|Buffers:|Cached:|SwapTotal:) b=$b$k$v$nl ;;
            SwapFree:) b=$b$k$v$nl; break ;; esac; done </proc/meminfo
          for d in /sys/kernel/mm/hugepages/hugepages-*kB; do
            k=${d##*-} v= l=; read -r v <"$d/nr_hugepages" && read -r l <"$d/free_hugepages" && b=${b}hugepages:${k%kB}:$v:$l$nl
          done
          l=; read -r l </proc/loadavg; b=${b}load:$l$nl
          for k in cpu memory io; do while read -r l; do b=${b}pressure:$k:$l$nl; done </proc/pressure/$k; done
          i=0; while read -r l; do
            i=$((i + 1)); [ $i -le 24 ] || break
            b=${b}net:$l$nl
          done </proc/net/dev
          if [ $i -gt 24 ]; then set -f; IFS=$nl; for l in $(exec cat /proc/net/dev); do b=${b}net:$l$nl; done; set +f; IFS=" 	$nl"; fi
        """;

    public override IAnswer Parse(Section section) => new VitalsAnswer(HostVitals.Parse(section.Body));

    public override string Summarize(IAnswer answer)
    {
        var vitals = ((VitalsAnswer)answer).Vitals;
        return string.Create(CultureInfo.InvariantCulture, $"{vitals.Memory.Total / Gibi:0.0} GiB of memory, load {vitals.Load?.One:0.00}");
    }

    public override string Simulate(SimulatedHost host, DateTimeOffset now)
    {
        // The counters are the integral of a busy share that varies around 40 %, so they only increase.
        var ticks = host.Uptime(now) * 100 * host.Cpus;
        var busy = (ticks * 0.4) + (SimulatedWave.At(now, host.Seed + 1, 0, 1) * 100 * host.Cpus * 12);
        var available = host.MemoryKib * SimulatedWave.At(now, host.Seed + 2, 0.25, 0.8);
        var load = SimulatedWave.At(now, host.Seed + 1, 0.1, host.Cpus);
        var bytes = host.Uptime(now) * 2_000_000;
        return string.Create(CultureInfo.InvariantCulture, $"""
            cpu  {busy * 0.8:0} 0 {busy * 0.2:0} {ticks - busy:0} 0 0 0 0 0 0
            MemTotal:{host.MemoryKib}
            MemFree:{available * 0.7:0}
            MemAvailable:{available:0}
            SwapTotal:8388604
            SwapFree:8388604
            load:{load:0.00} {load * 0.9:0.00} {load * 0.8:0.00} 3/900 4242
            pressure:cpu:some avg10={SimulatedWave.At(now, host.Seed, 0, 9):0.00} avg60=2.00 avg300=1.00 total=1
            pressure:memory:some avg10=0.00 avg60=0.00 avg300=0.00 total=1
            pressure:io:some avg10={SimulatedWave.At(now, host.Seed + 4, 0, 5):0.00} avg60=0.50 avg300=0.20 total=1
            net:  eth0: {bytes:0} 1 0 0 0 0 0 0 {bytes / 3:0} 1 0 0 0 0 0 0
            """);
    }
}

internal sealed record VitalsAnswer(HostVitals Vitals) : IAnswer;

/// <param name="CpuBusyRatio">Busy share of all CPUs since the previous answer, 0-1; null for the first one and after a reboot.</param>
internal sealed record VitalsReading(HostVitals Vitals, double? CpuBusyRatio) : Reading
{
    public override void WriteTo(MetricsPage page, Labels target)
    {
        var memory = Vitals.Memory;
        foreach (var (mode, seconds) in Vitals.Cpu.Modes())
        {
            page.Add(VitalsCollector.CpuSeconds, target, seconds, ("mode", mode));
        }

        page.Add(VitalsCollector.MemoryTotal, target, memory.Total);
        page.Add(VitalsCollector.MemoryAvailable, target, memory.Available);
        page.Add(VitalsCollector.HugePagesFree, target, memory.HugePagesFree);
        page.Add(VitalsCollector.SwapTotal, target, memory.SwapTotal);
        page.Add(VitalsCollector.SwapFree, target, memory.SwapFree);
        if (Vitals.Load is { } load)
        {
            page.Add(VitalsCollector.Load, target, load.One, ("window", "1m"));
            page.Add(VitalsCollector.Load, target, load.Five, ("window", "5m"));
            page.Add(VitalsCollector.Load, target, load.Fifteen, ("window", "15m"));
        }

        foreach (var pressure in Vitals.Pressures)
        {
            var of = target.With("resource", pressure.Resource).With("kind", pressure.Kind);
            page.Add(VitalsCollector.Pressure, of, pressure.Avg10, ("window", "10s"));
            page.Add(VitalsCollector.Pressure, of, pressure.Avg60, ("window", "60s"));
            page.Add(VitalsCollector.Pressure, of, pressure.Avg300, ("window", "300s"));
        }

        foreach (var network in Vitals.Networks)
        {
            page.Add(VitalsCollector.NetworkReceive, target, network.ReceiveBytes, ("device", network.Device));
            page.Add(VitalsCollector.NetworkTransmit, target, network.TransmitBytes, ("device", network.Device));
            page.Add(VitalsCollector.NetworkErrors, target, network.Errors, ("device", network.Device));
        }
    }
}
