using System.Text.RegularExpressions;

namespace FleetExporter.Parsing;

/// <summary>Masks what looks like a secret in the lines of a log, before people see them.</summary>
/// <remarks>
/// A safety net for what programs should not log: named values (<c>password=…</c>, <c>"token": "…"</c>, <c>--api-key …</c>), HTTP credentials,
/// the user part of URLs, and tokens of well-known shapes. It cannot know a secret that looks like any other word.
/// </remarks>
internal static partial class LogText
{
    public const string Masked = "…";

    /// <param name="line">One line, as printed.</param>
    public static string Mask(string line)
    {
        var text = UrlCredentials().Replace(line, $"://{Masked}@");
        text = HttpCredentials().Replace(text, $"$1 {Masked}");
        text = NamedValue().Replace(text, $"$1{Masked}");
        return KnownToken().Replace(text, Masked);
    }

    /// <summary>A name that ends like a secret's, a separator, and the value up to its quote or a blank.</summary>
    [GeneratedRegex(
        @"((?:password|passwd|passphrase|pwd|secret|token|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|credentials?|cookie|authorization)"
        + "[\"']?(?:\\s*[:=]\\s*|\\s+is\\s+|(?<=--[a-z-]+)\\s+))(?:\"[^\"]*\"?|'[^']*'?|[^\\s\"',;&]+)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NamedValue();

    [GeneratedRegex(@"\b(Bearer|Basic|Digest)\s+[A-Za-z0-9._~+/=-]{6,}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HttpCredentials();

    [GeneratedRegex(@"://[^\s/@:]*:[^\s/@]+@", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex UrlCredentials();

    /// <summary>Keys of OpenAI, GitHub, Hugging Face, Slack, AWS and FleetExporter, and JSON web tokens.</summary>
    [GeneratedRegex(
        @"\b(?:sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|hf_[A-Za-z0-9]{16,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[A-Z0-9]{16}"
        + @"|fleet_[A-Za-z0-9_-]{20,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)",
        RegexOptions.CultureInvariant, 1000)]
    private static partial Regex KnownToken();
}
