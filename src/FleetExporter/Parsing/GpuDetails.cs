using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace FleetExporter.Parsing;

/// <summary>Output of <c>nvidia-smi -q -x</c>.</summary>
internal sealed record GpuDetails
{
    private const int MaxCharacters = 16 * 1024 * 1024;
    private const string End = "</nvidia_smi_log>";

    public string? DriverVersion { get; init; }
    public string? CudaVersion { get; init; }
    public required IReadOnlyList<GpuDetail> Gpus { get; init; }

    /// <summary>Parses <c>nvidia-smi -q -x</c>.</summary>
    /// <param name="xml">At most 16 Mi characters; lines before and after the document are skipped.</param>
    /// <returns>GPUs in output order. Limits printed as margins are converted to absolute temperatures, see the remarks.</returns>
    /// <exception cref="FormatException">Malformed: the message has the line. Without a document a <see cref="ToolFailureException"/>.</exception>
    /// <remarks>
    /// Seen: xml/, DTD v10 to v13, drivers 418 to 595; the 610 names after captures/*.q.txt. T.Limit: newer boards (H100, L40S, RTX Ada) print
    /// limits as margins relative to a common zero: absolute = gpu_temp + gpu_temp_tlimit − threshold.
    /// xml/telegraf-rtx-4000-sff-ada-v13: 38 + 49 − (−2) = 89 °C slowdown.
    /// The margin is that of the hottest part, so the limit falls under load: h100-live, 89 °C when idle, 81 °C at 79 °C.
    /// </remarks>
    public static GpuDetails Parse(string xml)
    {
        var root = Load(Document(xml));
        return new GpuDetails
        {
            DriverVersion = Version(root, "kmd_version", "driver_version"),
            CudaVersion = Version(root, "cuda_umd_version", "cuda_version"),
            Gpus = [.. GpuDetailXml.TakeLimited(root.Elements("gpu"), RemoteLimits.Gpus, "GPUs").Select(GpuDetailXml.Read)],
        };
    }

    private static string Document(string xml)
    {
        var start = xml.IndexOf("<?xml", StringComparison.Ordinal);
        if (start < 0 && (start = xml.IndexOf("<nvidia_smi_log", StringComparison.Ordinal)) < 0)
        {
            throw SmiText.Failure(xml);
        }

        var end = xml.LastIndexOf(End, StringComparison.Ordinal);
        return end < start ? xml[start..] : xml[start..(end + End.Length)];
    }

    private static XElement Load(string document)
    {
        // The DOCTYPE refers to an external file, which is not fetched.
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, MaxCharactersInDocument = MaxCharacters };
        try
        {
            CheckDepth(document, settings);
            using var reader = XmlReader.Create(new StringReader(document), settings);
            return XDocument.Load(reader).Root is { Name.LocalName: "nvidia_smi_log" } root
                ? root
                : throw new FormatException("not the XML of nvidia-smi: the root is not nvidia_smi_log");
        }
        catch (XmlException malformed)
        {
            var line = document.Split('\n').ElementAtOrDefault(malformed.LineNumber - 1) ?? "";
            throw new FormatException(
                string.Create(CultureInfo.InvariantCulture, $"malformed XML in line {malformed.LineNumber}: {SmiText.Clip(line.Trim())}"), malformed);
        }
    }

    /// <summary>Checked before the tree is built, which takes minutes for deep nesting.</summary>
    private static void CheckDepth(string document, XmlReaderSettings settings)
    {
        using var reader = XmlReader.Create(new StringReader(document), settings);
        while (reader.Read())
        {
            RemoteLimits.Check(reader.Depth, RemoteLimits.XmlDepth, "levels of XML");
        }
    }

    /// <summary>Driver 610 prints <c>13.3 [Deprecated; …]</c> or <c>Deprecated, see …</c> instead of the value.</summary>
    private static string? Version(XElement root, params string[] names) => names
        .Select(name => Cell.Text(GpuFields.WithoutUnit(root.Element(name)?.Value ?? "")))
        .FirstOrDefault(text => text is not null && char.IsAsciiDigit(text[0]));
}
