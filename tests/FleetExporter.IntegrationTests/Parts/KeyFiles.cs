namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Key files made with ssh-keygen.</summary>
internal static class KeyFiles
{
    /// <param name="format"><c>RFC4716</c> (OpenSSH's own), <c>PEM</c> or <c>PKCS8</c>.</param>
    /// <returns>The private key's path; the public key lies beside it.</returns>
    public static async Task<string> CreateAsync(
        TestFolder folder, string name, string type = "ed25519", int? bits = null, string format = "RFC4716", string passphrase = "")
    {
        var path = folder.PathOf(name);
        string[] size = bits is { } b ? ["-b", b.ToString(System.Globalization.CultureInfo.InvariantCulture)] : [];
        await Tool.RunAsync("ssh-keygen", ["-q", "-t", type, .. size, "-m", format, "-N", passphrase, "-C", name, "-f", path]);
        return path;
    }

    /// <summary>Signs a public key; the certificate lies beside it as <c>KEY-cert.pub</c>.</summary>
    /// <param name="options">Such as <c>-h</c> for a host, <c>-n</c> for principals and <c>-V</c> for the validity.</param>
    public static Task SignAsync(string authority, string key, params IEnumerable<string> options) =>
        Tool.RunAsync("ssh-keygen", ["-q", "-s", authority, "-I", "test", .. options, key + ".pub"]);

    public static string Public(string key) => File.ReadAllText(key + ".pub");
}
