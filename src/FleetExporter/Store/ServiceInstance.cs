using System.Security.Cryptography;

namespace FleetExporter.Store;

/// <summary>Which service writes a row, where several may share a store.</summary>
/// <param name="Id">Of the service with this data_dir, the same at every start: 32 hex digits.</param>
/// <param name="Run">Of this process: 32 hex digits.</param>
internal sealed record ServiceInstance(string Id, string Run)
{
    private const int Digits = 32;

    /// <summary>Reads <c>data_dir/instance</c>, or makes it.</summary>
    /// <exception cref="IOException">It can be neither read nor made.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    /// <exception cref="FormatException">What stands in the file is no id.</exception>
    public static ServiceInstance Open(string dataDir)
    {
        var path = Path.Combine(dataDir, "instance");
        var (id, _) = PrivateFile.ReadOrMake(path, Random);
        return id.Length == Digits && id.All(char.IsAsciiHexDigitLower)
            ? new ServiceInstance(id, Random())
            : throw new FormatException($"{path} does not hold {Digits} hex digits on one line; remove it, and the next start makes another");
    }

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Digits / 2));
}
