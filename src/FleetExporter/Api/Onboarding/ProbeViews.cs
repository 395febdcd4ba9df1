using FleetExporter.Onboarding.Keys;
using FleetExporter.Onboarding.Probing;

namespace FleetExporter.Api.Onboarding;

/// <summary>Body of a probe: the fields of a connection, name optional, or <c>connection</c> alone.</summary>
/// <param name="Connection">Id or name of an existing connection.</param>
internal sealed record ProbeBody(
    string? Name, string? Hostname, int? Port, string? Username, string? SshKeyPath, string? ExecPolicy, string? Connection);

/// <param name="Ok">Whether no step failed.</param>
/// <param name="Failed">Number of failed steps.</param>
/// <param name="HostKey">The host's key if it is unknown; else null.</param>
internal sealed record ProbeView(bool Ok, int Failed, HostKeyView? HostKey, IReadOnlyList<StepView> Steps);

/// <summary>The end of a streamed probe.</summary>
internal sealed record ProbeEndView(bool Ok, int Failed);

/// <param name="Verdict"><c>running</c> (streams only), <c>ok</c>, <c>off</c>, <c>skipped</c> or <c>failed</c>.</param>
/// <param name="Reason">From a closed set; null unless failed, or off because of a failure.</param>
internal sealed record StepView(string Name, string Verdict, string? Reason, string? Detail, string? Fix)
{
    private const int MaxText = 600;

    public static StepView Of(Check check) => new(check.Name, Words.Of(check.Verdict), check.Reason, Text(check.Detail), Text(check.Fix));

    private static string? Text(string? text) => text is null ? null : Printable.Line(text, MaxText);
}

/// <summary>The key that a host presents and known_hosts does not have.</summary>
/// <param name="Fingerprint"><c>SHA256:…</c></param>
/// <param name="Compare">Command that prints the fingerprint on the host.</param>
/// <param name="Known">False.</param>
internal sealed record HostKeyView(string Type, string Fingerprint, string Compare, bool Known)
{
    public static HostKeyView Of(PresentedKey key) => new(
        Printable.Line(key.Type, 64), key.Fingerprint, $"ssh-keygen -lf {key.FileOnHost}", Known: false);
}
