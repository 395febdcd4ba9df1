using System.Text.RegularExpressions;
using FleetExporter.Api.Http;
using FleetExporter.OpenClaw.Logs;
using FleetExporter.OpenClaw.Protocol;

namespace FleetExporter.Api.Monitoring;

/// <summary>Which lines of a log a client wants.</summary>
internal sealed record LogFilter
{
    private const int MaxText = 200;

    /// <summary>The least severe level; null for all.</summary>
    public string? Level { get; init; }

    public string? Subsystem { get; init; }

    /// <summary>Text that a line contains, in any case.</summary>
    public string? Q { get; init; }

    /// <summary>A regular expression that a line matches, in any case.</summary>
    public string? Regex { get; init; }

    /// <returns>Whether a line is wanted, or what is wrong.</returns>
    public (Func<NumberedLine, bool>? Accepts, IResult? Problem) Compile()
    {
        if (Level is not null && !Words.All<GatewayLogLevel>().Contains(Level))
        {
            return (null, Problem.Invalid("level", $"Give one of {string.Join(", ", Words.All<GatewayLogLevel>())}."));
        }

        if (Q?.Length > MaxText || Regex?.Length > MaxText)
        {
            return (null, Problem.Invalid(Q?.Length > MaxText ? "q" : "regex", $"Give at most {MaxText} characters."));
        }

        var level = Enum.GetValues<GatewayLogLevel>().FirstOrDefault(l => Words.Of(l) == Level);
        Regex? pattern;
        try
        {
            // Takes time that is proportional to the text, whatever the pattern.
            pattern = Regex is null ? null : new Regex(
                Regex, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return (null, Problem.Invalid("regex", Printable.Line(e.Message, 200)));
        }

        return (line => line.Line.Level >= level && (Subsystem is null || line.Line.Subsystem == Subsystem)
            && (Q is null || line.Line.Text.Contains(Q, StringComparison.OrdinalIgnoreCase)) && pattern?.IsMatch(line.Line.Text) != false, null);
    }
}
