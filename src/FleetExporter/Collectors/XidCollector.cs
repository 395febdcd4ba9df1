using System.Globalization;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>XID errors from the kernel log, where the login user may read it (dmesg, or the journal).</summary>
internal sealed class XidCollector() : NvidiaCollector("xid", Errors, Last)
{
    public static readonly MetricFamily Errors = MetricFamily.Counter(
        "fleet_gpu_xid_errors_total", "XID errors of the GPU, including those in the kernel log when the exporter first read it.",
        "host", "gpu", "uuid", "xid");

    public static readonly MetricFamily Last = MetricFamily.Gauge(
        "fleet_gpu_xid_last_timestamp_seconds", "When the kernel log last reported this XID of the GPU, by the host's clock.",
        "host", "gpu", "uuid", "xid");

    public override TimeSpan Every => TimeSpan.FromSeconds(60);

    public override bool OffAfter(CollectorFailure reason, HostConfig host) =>
        reason is CollectorFailure.ToolMissing or CollectorFailure.Permission;

    public override string Script(HostConfig host) => """
          b=$(dmesg </dev/null 2>&1 | grep -E 'NVRM: Xid|^dmesg|not found')
          case $b in dmesg*|*'not found'*)
            o=$(exec journalctl -k -b -o short-monotonic -q --no-pager --grep 'NVRM: Xid' </dev/null 2>&1); c=$?
            [ $c = 127 ] || b=$o ;;
          esac
          return 0
        """;

    public override IAnswer Parse(Section section) => new XidAnswer(KernelLog.ParseXids(section.Body), section.Uptime, section.HostTime);

    public override string Summarize(IAnswer answer) => Count(((XidAnswer)answer).Xids.Count, "XID error");

    public override string Fix(CollectorFailure reason) => reason == CollectorFailure.Permission
        ? "Optional: add the login user to the group adm or systemd-journal to read XID errors."
        : base.Fix(reason);

    public override string Simulate(SimulatedHost host, DateTimeOffset now) => host.LostGpu is { } gpu
        ? $"[ 4242.000000] NVRM: Xid (PCI:0000:{0x10 + gpu:x2}:00): 79, GPU has fallen off the bus."
        : "";
}

/// <param name="Xids">The lines that are in the log now.</param>
/// <param name="Uptime">The host's uptime in seconds when it was read.</param>
internal sealed record XidAnswer(IReadOnlyList<Xid> Xids, double Uptime, DateTimeOffset HostTime) : IAnswer;

/// <param name="Uptime">The host's uptime in seconds when the log was read.</param>
/// <param name="Counts">Errors counted so far by bus id and XID.</param>
/// <param name="Gpus">The GPUs of the host, which give the labels; null without a fresh reading of them.</param>
internal sealed record XidReading(double Uptime, DateTimeOffset HostTime, IReadOnlyList<XidCount> Counts, IReadOnlyList<Gpu>? Gpus) : Reading
{
    public override void WriteTo(MetricsPage page, Labels target)
    {
        foreach (var count in Counts)
        {
            // A GPU that has fallen off the bus may be missing from the list: its bus id then replaces its uuid.
            var gpu = Gpus?.FirstOrDefault(g => g.PciBusId == count.PciBusId);
            var of = NvidiaCollector.LabelsOf(target, gpu?.Index, gpu?.Uuid ?? "PCI:" + count.PciBusId);
            var xid = count.Code.ToString(CultureInfo.InvariantCulture);
            page.Add(XidCollector.Errors, of, count.Count, ("xid", xid));
            page.Add(
                XidCollector.Last, of,
                (HostTime - TimeSpan.FromSeconds(Uptime - count.LastSecondsSinceBoot)).ToUnixTimeMilliseconds() / 1000.0, ("xid", xid));
        }
    }
}

/// <param name="PciBusId">Normalised, to be comparable with nvidia-smi's.</param>
internal sealed record XidCount(string PciBusId, int Code, long Count, double LastSecondsSinceBoot);
