using System.Security.Cryptography;

namespace FleetExporter.Store;

/// <summary>Identity of an exporter, where several share a store.</summary>
/// <param name="Id">Id of the exporter with this data_dir, kept across restarts: 32 hex digits.</param>
/// <param name="Run">Id of this process: 32 hex digits.</param>
internal sealed record ExporterInstance(string Id, string Run)
{
    private const int Digits = 32;

    /// <summary>Reads or creates <c>data_dir/instance</c>.</summary>
    /// <exception cref="IOException">Neither reading nor creating it is possible.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    /// <exception cref="FormatException">The file does not contain an id.</exception>
    public static ExporterInstance Open(string dataDir)
    {
        var path = Path.Combine(dataDir, "instance");
        var (id, _) = PrivateFile.ReadOrCreate(path, Random);
        return id.Length == Digits && id.All(char.IsAsciiHexDigitLower)
            ? new ExporterInstance(id, Random())
            : throw new FormatException($"{path} does not contain {Digits} hex digits on one line; delete it, and the next start creates a new one");
    }

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Digits / 2));
}
