using System.Globalization;

namespace FleetExporter.Text;

/// <summary>
/// References to what is watched, such as <c>gpu:gpu-1/3</c>: the kind, a colon and the name. Texts of hosts are truncated, so that a reference
/// has at most 400 characters.
/// </summary>
internal static class Subjects
{
    /// <summary>The exporter itself.</summary>
    public const string Exporter = "exporter";

    private const int MaxName = 200;
    private const int MaxUser = 64;

    public static string Host(string name) => $"host:{name}";

    public static string Gpu(string host, int index) => Gpu(host, index.ToString(CultureInfo.InvariantCulture));

    /// <param name="gpu">The index; where it is not known, the PCI bus id.</param>
    public static string Gpu(string host, string gpu) => $"gpu:{host}/{Printable.Line(gpu, MaxUser)}";

    public static string Collector(string host, string name) => $"collector:{host}/{name}";

    /// <param name="kind">service, provider, gateway or tunnel.</param>
    public static string Target(string kind, string name) => $"{kind}:{name}";

    public static string Alert(string id) => $"alert:{Printable.Line(id, MaxName)}";

    public static string Job(string id) => $"job:{Printable.Line(id, MaxName)}";

    public static string Session(string host, string user, string name) =>
        $"session:{host}:{Printable.Line(user, MaxUser)}/{Printable.Line(name, MaxName)}";
}
