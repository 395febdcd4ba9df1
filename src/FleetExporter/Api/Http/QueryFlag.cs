using System.Diagnostics.CodeAnalysis;

namespace FleetExporter.Api.Http;

/// <summary>A query parameter that is <c>true</c> or <c>false</c>, case-insensitive because Python writes <c>True</c>.</summary>
internal static class QueryFlag
{
    /// <param name="text">The parameter's text; null when absent.</param>
    /// <param name="value">Null when absent.</param>
    public static bool TryRead(string? text, string name, out bool? value, [NotNullWhen(false)] out IResult? problem)
    {
        value = "true".Equals(text, StringComparison.OrdinalIgnoreCase) ? true
            : "false".Equals(text, StringComparison.OrdinalIgnoreCase) ? false
            : null;
        problem = text is null || value is not null ? null : Problem.Invalid(name, $"{Printable.Line(text, 20)} is neither true nor false");
        return problem is null;
    }
}
