using FleetExporter.Onboarding.Probing;

namespace FleetExporter.Cli.Init;

/// <summary>What a probe found, in lines for the comment above the host and for the terminal.</summary>
internal static class HostVerdict
{
    private const int MaxFailing = 5;

    public static bool HasUnknownKey(IReadOnlyList<Check> checks) => checks.Any(c => c.Reason == "hostkey_unknown");

    /// <summary>A host is reached if all steps before the collectors passed.</summary>
    public static bool IsReached(IReadOnlyList<Check> checks) => checks.Any(c => c is { Name: "shell", Verdict: Verdict.Ok });

    public static IReadOnlyList<string> Lines(string name, IReadOnlyList<Check> checks)
    {
        var failed = checks.Where(c => c.Verdict == Verdict.Failed).ToList();
        if (!IsReached(checks))
        {
            var first = failed.FirstOrDefault() ?? new Check("shell", Verdict.Failed);
            var fix = first.Reason == "hostkey_unknown" ? $"Trust the key of the host: fleet-exporter trust {Quoted(name)}" : first.Fix;
            return fix is null ? [Text(first)] : [Text(first), $"Fix: {fix}"];
        }

        var found = checks.Where(c => c is { Verdict: Verdict.Ok, Detail: not null, Name: "login" or "gpu" });
        return
        [
            string.Join("; ", ["Reached", .. found.Select(c => $"{c.Name}: {c.Detail}")]),
            .. failed.Take(MaxFailing).Select(Text),
        ];
    }

    private static string Text(Check failed) => $"Failed: {failed.Name}{(failed.Reason is { } reason ? $" ({reason})" : "")}: {failed.Detail}";

    private static string Quoted(string name) => Remote.ShellWord.Of(name);
}
