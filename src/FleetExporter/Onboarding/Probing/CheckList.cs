namespace FleetExporter.Onboarding.Probing;

/// <summary>The checks of a probe, each reported as it begins and ends.</summary>
/// <param name="report">Gets every check, those with <see cref="Verdict.Running"/> too; null reports nothing.</param>
internal sealed class CheckList(Func<Check, ValueTask>? report = null)
{
    private readonly List<Check> _ended = [];

    /// <summary>The checks that have ended, in order.</summary>
    public IReadOnlyList<Check> Ended => _ended;

    public int Failed => _ended.Count(c => c.Verdict == Verdict.Failed);

    public ValueTask BeginAsync(string name) => report?.Invoke(new Check(name, Verdict.Running)) ?? ValueTask.CompletedTask;

    public async ValueTask EndAsync(params IEnumerable<Check> checks)
    {
        foreach (var check in checks)
        {
            _ended.Add(check);
            if (report is not null)
            {
                await report(check).ConfigureAwait(false);
            }
        }
    }
}
