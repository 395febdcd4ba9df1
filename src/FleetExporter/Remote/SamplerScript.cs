using System.Security.Cryptography;

namespace FleetExporter.Remote;

/// <summary>Shell code of one section: the body of a function that stores its text in <c>b</c> and returns the exit status.</summary>
/// <param name="Name">The word that requests it; lower-case letters and underscores.</param>
internal sealed record SectionScript(string Name, string Body);

/// <summary>The program that runs on a host: <c>sampler.sh</c> with the sections of one stream.</summary>
internal static class SamplerScript
{
    private static readonly string Template = EmbeddedScript.Read("sampler.sh");

    /// <summary>128 random bits in hex, known only to the script, so that no output of a host can forge a header.</summary>
    public static string NewNonce() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <param name="lease">
    /// How long the sampler runs without a line from the exporter; also the time after which it kills a hung command. Whole seconds, 1 or more.
    /// </param>
    public static string Build(string nonce, TimeSpan lease, IReadOnlyList<SectionScript> sections) => Template
        .Replace("@NONCE@", nonce, StringComparison.Ordinal)
        .Replace("@LEASE@", ((int)lease.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("@NAMES@", string.Join('|', sections.Select(s => s.Name)), StringComparison.Ordinal)
        .Replace(
            "@SECTIONS@", string.Join("\n", sections.Select(s => $"s_{s.Name}() {{\n{(s.Body.Length > 0 ? s.Body : "  :")}\n}}")),
            StringComparison.Ordinal);

    /// <summary>Quotes a word for sh with single quotes.</summary>
    public static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
