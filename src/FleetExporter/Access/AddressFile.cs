using FleetExporter.Config;
using FleetExporter.Store;

namespace FleetExporter.Access;

/// <summary>
/// <c>data_dir/address</c>: the base URL of the running exporter, which <c>--listen</c> or port 0 can make differ from fleet.yml. Written at its
/// start, removed at its end, and left behind by a crash.
/// </summary>
internal static class AddressFile
{
    private const int MaxLength = 300;

    /// <param name="url">Such as <c>http://127.0.0.1:9470</c>.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static void Write(string dataDir, string url)
    {
        var draft = $"{PathIn(dataDir)}.{Environment.ProcessId}";
        using (var file = PrivateFile.Open(draft, FileMode.Create))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(url + "\n"));
        }

        File.Move(draft, PathIn(dataDir), overwrite: true);
    }

    /// <summary>Removes the file; leaves it when that fails.</summary>
    public static void Remove(string dataDir)
    {
        try
        {
            File.Delete(PathIn(dataDir));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start replaces it.
        }
    }

    /// <returns>Null without a valid file.</returns>
    /// <exception cref="UnauthorizedAccessException">It cannot be read.</exception>
    public static Uri? Read(string dataDir)
    {
        try
        {
            var file = new FileInfo(PathIn(dataDir));
            var text = file is { Exists: true, Length: <= MaxLength } ? File.ReadAllText(file.FullName).Trim() : "";
            return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The URL for a browser on this machine: loopback instead of a wildcard.</summary>
    /// <returns>Null if it listens on neither a wildcard nor a loopback address.</returns>
    public static Uri? Local(Uri url)
    {
        var host = url.DnsSafeHost;
        return host switch
        {
            "0.0.0.0" => new UriBuilder(url) { Host = "127.0.0.1" }.Uri,
            "::" => new UriBuilder(url) { Host = "[::1]" }.Uri,
            _ => new ListenAddress(host, url.Port).IsLoopback ? url : null,
        };
    }

    private static string PathIn(string dataDir) => Path.Combine(dataDir, "address");
}
