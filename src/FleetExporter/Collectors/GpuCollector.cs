using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>The values of every GPU, from one call of <c>nvidia-smi --query-gpu</c>.</summary>
public sealed class GpuCollector() : NvidiaCollector(
    "gpu",
    Info, Utilization, MemoryTotal, MemoryUsed, MemoryUnified, Temperature, PowerDraw, PowerLimit, Energy, Clock, ClockMax, Fan, PState, Throttle,
    EccUncorrected, RecoveryAction, Lost)
{
    public static readonly MetricFamily Info = MetricFamily.Gauge(
        "fleet_gpu_info", "1 for every GPU that nvidia-smi lists.",
        "host", "gpu", "uuid", "name", "driver_version", "cuda_version", "compute_cap", "pci_bus_id");

    public static readonly MetricFamily Utilization = PerGpu(
        "utilization_ratio", "Share of time in which a kernel ran, utilization.gpu of nvidia-smi.");
    public static readonly MetricFamily MemoryTotal = PerGpu(
        "memory_total_bytes", "Memory of the GPU, memory.total of nvidia-smi; with unified memory MemTotal of the host.");
    public static readonly MetricFamily MemoryUsed = PerGpu(
        "memory_used_bytes", "Used memory, memory.used of nvidia-smi; with unified memory MemTotal minus MemAvailable of the host.");
    public static readonly MetricFamily MemoryUnified = PerGpu(
        "memory_unified", "1 when the GPU has no memory of its own, so that its memory values come from /proc/meminfo.");
    public static readonly MetricFamily Temperature = PerGpu("temperature_celsius", "Core temperature, temperature.gpu of nvidia-smi.");
    public static readonly MetricFamily PowerDraw = PerGpu("power_draw_watts", "Power draw, power.draw of nvidia-smi.");
    public static readonly MetricFamily PowerLimit = PerGpu("power_limit_watts", "Power limit, power.limit of nvidia-smi.");

    public static readonly MetricFamily Energy = MetricFamily.Counter(
        "fleet_gpu_energy_joules_total", "Energy since this exporter has watched the GPU, integrated by the exporter from power draw.",
        "host", "gpu", "uuid");

    public static readonly MetricFamily Clock = PerGpu("clock_hertz", "Current clock, clocks.current.* of nvidia-smi.", "clock");
    public static readonly MetricFamily ClockMax = PerGpu("clock_max_hertz", "Highest clock, clocks.max.* of nvidia-smi.", "clock");
    public static readonly MetricFamily Fan = PerGpu("fan_ratio", "Intended fan speed as a share of the maximum, fan.speed of nvidia-smi.");
    public static readonly MetricFamily PState = PerGpu("pstate", "Performance state, 0 is the fastest, pstate of nvidia-smi.");

    public static readonly MetricFamily Throttle = PerGpu(
        "throttle_reason",
        "1 while the reason holds the clocks down, clocks_event_reasons.* (clocks_throttle_reasons.* before driver 535) of nvidia-smi.", "reason");

    public static readonly MetricFamily EccUncorrected = MetricFamily.Counter(
        "fleet_gpu_ecc_uncorrected_total", "Uncorrected memory errors in the life of the GPU, ecc.errors.uncorrected.aggregate.total of nvidia-smi.",
        "host", "gpu", "uuid");

    public static readonly MetricFamily RecoveryAction = PerGpu(
        "recovery_action", "1 for what the driver asks an operator to do, gpu_recovery_action of nvidia-smi.", "action");

    public static readonly MetricFamily Lost = MetricFamily.Gauge(
        "fleet_host_gpus_lost",
        "GPUs that have fallen off the bus or need a reset, and GPUs that were listed since the last boot and no longer are.", "host");

    private static readonly string[] BaseFields = [.. GpuFields.Base.Select(f => f.Name)];

    // The field list stands in the section, so that the answer can be read by position. One unknown field would make nvidia-smi refuse
    // the whole query: they are intersected with its help once per stream, and again when it complains.
    public override string Script(HostConfig host) => $$"""
          [ "$fields" ] || {
            k=$(exec nvidia-smi --help-query-gpu </dev/null 2>&1) || { b=$k; [ "$(command -v nvidia-smi)" ] || return 127; k=; }
            set -f
            for l in {{string.Join(' ', GpuFields.Wanted.Select(f => SamplerScript.Quote(string.Join('|', f.Spellings))))}}; do
              IFS='|'; for x in $l; do case $k in *"\"$x\""*) fields=$fields${fields:+,}$x; break ;; esac; done; IFS=" 	$nl"
            done
            set +f
            [ "$fields" ] || fields={{string.Join(',', BaseFields)}}
          }
          o=$(exec nvidia-smi --query-gpu="$fields" --format=csv,noheader,nounits </dev/null 2>&1); c=$?
          b=fields=$fields$nl$o
          case $o in *'is not a valid field'*) fields= ;; esac
          return $c
        """;

    public override Reading Parse(Section section)
    {
        var (head, rows) = Cut(section.Body);
        if (!head.StartsWith("fields=", StringComparison.Ordinal))
        {
            // nvidia-smi could not even print its help.
            GpuQuery.Parse(section.Body, BaseFields);
            throw new FormatException($"no field list: {Printable.Line(section.Body, 200)}");
        }

        var query = GpuQuery.Parse(rows, head["fields=".Length..].Split(','));
        return new GpuReading(query.Gpus, query.Lost.Count, section.Uptime);
    }

    private static (string Head, string Rows) Cut(string body) =>
        body.IndexOf('\n', StringComparison.Ordinal) is >= 0 and var end
            ? (Printable.Cut(body[..end], RemoteLimits.LineLength), body[(end + 1)..])
            : (body, "");

    private static MetricFamily PerGpu(string name, string help, params string[] labels) =>
        MetricFamily.Gauge("fleet_gpu_" + name, help, ["host", "gpu", "uuid", .. labels]);
}
