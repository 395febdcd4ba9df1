using FleetExporter.OpenClaw.Logs;

namespace FleetExporter.Views.Agents;

/// <summary>One line of a gateway's log.</summary>
/// <param name="Id">Number of the line at this gateway, from 1, since the exporter watches it.</param>
/// <param name="Level">debug, info, warn or error.</param>
internal sealed record LogLineView(long Id, DateTimeOffset Time, string Gateway, string Level, string Subsystem, string Text)
{
    public static LogLineView Of(string gateway, NumberedLine line) =>
        new(line.Number, line.Time, gateway, Words.Of(line.Line.Level), line.Line.Subsystem, line.Line.Text);
}

/// <summary>Errors or warnings of a log that say the same but for numbers and ids.</summary>
/// <param name="Signature">What they have in common; # for a number, … for an id.</param>
/// <param name="Count">Since the exporter watches the gateway.</param>
/// <param name="IsFrequent">At least <see cref="Frequent"/> times.</param>
/// <param name="IsRecent">Within the last <see cref="Recent"/>.</param>
/// <param name="Sample">The newest one.</param>
internal sealed record ErrorGroupView(
    string Gateway, string Level, string Subsystem, string Signature, long Count, DateTimeOffset FirstSeenAt, DateTimeOffset LastSeenAt,
    bool IsFrequent, bool IsRecent, string Sample)
{
    private const int Frequent = 10;

    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(15);

    public static ErrorGroupView Of(string gateway, GatewayErrorGroup group, DateTimeOffset now) => new(
        gateway, Words.Of(group.Level), group.Subsystem, group.Signature, group.Count, group.First, group.Last,
        group.Count >= Frequent, now - group.Last <= Recent, group.Sample);
}
