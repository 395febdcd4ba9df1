namespace FleetExporter.Parsing;

/// <summary>One systemd unit.</summary>
/// <param name="Scope"><c>system</c> or <c>user</c>.</param>
/// <param name="LoadState"><c>loaded</c>, <c>not-found</c>, <c>masked</c> and others; units that do not exist are listed as inactive.</param>
/// <param name="ActiveState">One of <see cref="ActiveStates"/>; values of newer systemd versions are kept.</param>
/// <param name="Restarts">
/// Automatic restarts since the last manual start; null for units other than services, and before systemd 235.
/// </param>
internal sealed record SystemdUnit(string Scope, string Id, string LoadState, string ActiveState, string SubState, long? Restarts)
{
    /// <summary>Known values of ActiveState, the closed set of the label <c>state</c>.</summary>
    public static IReadOnlyList<string> ActiveStates { get; } =
        ["active", "reloading", "inactive", "failed", "activating", "deactivating", "maintenance"];

    /// <summary>Whether it is active or reloading.</summary>
    public bool IsActive => ActiveState is "active" or "reloading";
}

/// <summary>Units by all managers, and failures of managers.</summary>
internal sealed record SystemdUnits(IReadOnlyList<SystemdUnit> Units, IReadOnlyList<SystemdFailure> Failures)
{
    /// <summary>Parses <c>systemctl [--user] show -p Id,LoadState,ActiveState,SubState,NRestarts UNIT…</c>, standard error included.</summary>
    /// <param name="body">
    /// Blocks <c>U&lt;status&gt;:system</c> and <c>U&lt;status&gt;:user</c>, then <c>Key=value</c> lines in any order,
    /// units separated by blank lines.
    /// </param>
    /// <returns>
    /// Units in output order, each id once per scope, because aliases repeat their unit; with failures of managers if another one succeeded.
    /// </returns>
    /// <exception cref="ToolFailureException">
    /// All managers failed: no systemd, no bus, or not installed; with reason and message of the first.
    /// </exception>
    /// <exception cref="FormatException">No <c>U</c> line.</exception>
    /// <remarks>Seen: the error of systemctl 252 without systemd; property names of systemd 235 and later.</remarks>
    public static SystemdUnits Parse(string body)
    {
        var units = new List<SystemdUnit>();
        var failures = new List<SystemdFailure>();
        var answered = false;
        foreach (var block in AnswerBlock.Split("systemd", body))
        {
            var (found, texts) = Read(block);
            units.AddRange(found);
            RemoteLimits.Check(units.Count, RemoteLimits.Units, "systemd units");
            if (texts.Count > 0 || (block.Status != 0 && found.Count == 0))
            {
                failures.Add(SystemdError.Classify(block, texts));
            }

            answered |= found.Count > 0 || (block.Status == 0 && texts.Count == 0);
        }

        return answered
            ? new SystemdUnits([.. units.DistinctBy(static u => (u.Scope, u.Id))], failures)
            : throw new ToolFailureException(failures[0].Reason, $"systemd: {failures[0].Message}");
    }

    private static (List<SystemdUnit> Units, List<string> Texts) Read(AnswerBlock block)
    {
        var (units, texts) = (new List<SystemdUnit>(), new List<string>());
        var unit = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in block.Lines.Append(""))
        {
            if (line.Split('=', 2) is [("Id" or "LoadState" or "ActiveState" or "SubState" or "NRestarts") and var key, var value])
            {
                unit[key] = RemoteLimits.Name(value);
            }
            else if (!string.IsNullOrWhiteSpace(line))
            {
                texts.Add(line);
            }
            else if (unit.Count > 0)
            {
                Add(block.Key, unit, units, texts);
                unit.Clear();
            }
        }

        return (units, texts);
    }

    private static void Add(string scope, Dictionary<string, string> unit, List<SystemdUnit> units, List<string> texts)
    {
        var (id, load) = (unit.GetValueOrDefault("Id", ""), unit.GetValueOrDefault("LoadState", ""));
        var (active, sub) = (unit.GetValueOrDefault("ActiveState", ""), unit.GetValueOrDefault("SubState", ""));
        if (id.Length == 0 || active.Length == 0)
        {
            texts.Add($"unit without Id or ActiveState: '{id}'");
            return;
        }

        long? restarts = SectionText.TryCount(unit.GetValueOrDefault("NRestarts"), out var count) ? count : null;
        units.Add(new SystemdUnit(scope, id, load, active, sub, restarts));
    }
}
