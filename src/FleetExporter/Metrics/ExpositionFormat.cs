using System.Buffers;
using System.Text;

namespace FleetExporter.Metrics;

/// <summary>Exposition format of a page: Prometheus text 0.0.4 or OpenMetrics 1.0. Sample lines are identical in both.</summary>
internal abstract class ExpositionFormat
{
    public static readonly ExpositionFormat Text = new TextFormat();
    public static readonly ExpositionFormat OpenMetrics = new OpenMetricsFormat();

    public abstract string ContentType { get; }

    internal abstract void WriteMetadata(IBufferWriter<byte> output, MetricFamily family);

    internal abstract void WriteEnd(IBufferWriter<byte> output);

    /// <summary>Selects the format by the Accept header; text unless the client prefers OpenMetrics.</summary>
    public static ExpositionFormat Negotiate(IEnumerable<(string MediaType, double Quality)> accepted)
    {
        var best = accepted
            .Where(a => a.Quality > 0 && a.MediaType is "application/openmetrics-text" or "text/plain" or "text/*" or "*/*")
            .OrderByDescending(a => a.Quality)
            .FirstOrDefault();
        return best.MediaType == "application/openmetrics-text" ? OpenMetrics : Text;
    }

    private static void Line(IBufferWriter<byte> output, string line) => output.Write(Encoding.UTF8.GetBytes(line + "\n"));

    private static string EscapeHelp(string help) =>
        help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private sealed class TextFormat : ExpositionFormat
    {
        public override string ContentType => "text/plain; version=0.0.4; charset=utf-8";

        internal override void WriteMetadata(IBufferWriter<byte> output, MetricFamily family)
        {
            Line(output, $"# HELP {family.Name} {EscapeHelp(family.Help)}");
            Line(output, $"# TYPE {family.Name} {family.TypeName}");
        }

        internal override void WriteEnd(IBufferWriter<byte> output)
        {
        }
    }

    private sealed class OpenMetricsFormat : ExpositionFormat
    {
        public override string ContentType => "application/openmetrics-text; version=1.0.0; charset=utf-8";

        internal override void WriteMetadata(IBufferWriter<byte> output, MetricFamily family)
        {
            var name = family.Type == MetricType.Counter ? family.Name[..^"_total".Length] : family.Name;
            Line(output, $"# TYPE {name} {family.TypeName}");
            if (family.Unit is not null)
            {
                Line(output, $"# UNIT {name} {family.Unit}");
            }

            Line(output, $"# HELP {name} {EscapeHelp(family.Help).Replace("\"", "\\\"", StringComparison.Ordinal)}");
        }

        internal override void WriteEnd(IBufferWriter<byte> output) => Line(output, "# EOF");
    }
}
