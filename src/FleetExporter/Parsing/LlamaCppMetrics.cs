using System.Globalization;

namespace FleetExporter.Parsing;

/// <summary>Response of <c>GET /metrics</c> of a llama.cpp server. Null where the build lacks a metric.</summary>
/// <param name="PromptTokens">Prompt tokens processed since the server started.</param>
/// <param name="GeneratedTokens">Tokens generated since the server started.</param>
/// <param name="PromptTokensPerSecond">Its own average.</param>
/// <param name="GeneratedTokensPerSecond">Its own average.</param>
/// <param name="Processing">Requests in progress.</param>
/// <param name="Deferred">Requests waiting for a slot.</param>
internal sealed record LlamaCppMetrics(
    double? PromptTokens, double? GeneratedTokens, double? PromptTokensPerSecond,
    double? GeneratedTokensPerSecond, double? Processing, double? Deferred)
{
    /// <summary>
    /// Parses Prometheus' text format. Prefixes before <c>:</c> are removed from names, because forks and proxies change them.
    /// </summary>
    /// <returns>Null where it is disabled (404, 501) or has another format.</returns>
    public static LlamaCppMetrics? Parse(int status, string body)
    {
        if (status != 200)
        {
            return null;
        }

        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in SectionText.Lines(body))
        {
            if (line.Length > 0 && line[0] != '#' && TrySample(line, out var name, out var value))
            {
                values.TryAdd(name, value);
            }
        }

        var found = new LlamaCppMetrics(
            Of("prompt_tokens_total"), Of("tokens_predicted_total"), Of("prompt_tokens_seconds"), Of("predicted_tokens_seconds"),
            Of("requests_processing"), Of("requests_deferred"));
        return found == new LlamaCppMetrics(null, null, null, null, null, null) ? null : found;

        double? Of(string name) => values.TryGetValue(name, out var value) ? value : null;
    }

    private static bool TrySample(string line, out string name, out double value)
    {
        value = 0;
        var end = line.AsSpan().IndexOfAny('{', ' ', '\t');
        name = end > 0 ? StripPrefix(line[..end]) : "";
        var after = end > 0 && line[end] == '{' ? line.LastIndexOf('}') + 1 : end;
        if (name.Length == 0 || after <= 0)
        {
            return false;
        }

        var number = line[after..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        const NumberStyles Styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(number, Styles, CultureInfo.InvariantCulture, out value) && double.IsFinite(value) && value >= 0;
    }

    private static string StripPrefix(string name)
    {
        var colon = name.LastIndexOf(':');
        return colon >= 0 ? name[(colon + 1)..] : name.StartsWith("llamacpp_", StringComparison.Ordinal) ? name["llamacpp_".Length..] : name;
    }
}
