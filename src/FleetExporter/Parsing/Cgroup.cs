using System.Text.RegularExpressions;

namespace FleetExporter.Parsing;

/// <summary>What the names of a process's cgroups say, in version 1 and 2: engines, Kubernetes, Slurm and systemd each have their own.</summary>
internal static partial class Cgroup
{
    /// <summary>Adds what the paths of its cgroups say about a process.</summary>
    /// <param name="paths">The third column of /proc/PID/cgroup, one path per hierarchy.</param>
    /// <returns>Does not throw; names are printable and at most <see cref="RemoteLimits.NameLength"/> long.</returns>
    /// <remarks>
    /// Seen: docker and podman with cgroupfs and systemd, Kubernetes with containerd, Slurm 21 and 23. Others as their sources name them.
    /// </remarks>
    public static ProcessOwner Describe(ProcessOwner owner, IReadOnlyList<string> paths)
    {
        var container = paths.Select(ContainerOf).FirstOrDefault(c => c is not null);
        return owner with
        {
            Container = container,
            Pod = paths.Select(path => Last(PodUid().Matches(path))?.Replace('_', '-')).FirstOrDefault(uid => uid is not null),
            SlurmJob = paths.Select(path => Last(SlurmJobId().Matches(path))).FirstOrDefault(id => id is not null),

            // A unit around a container is that of its engine; one inside it is not the host's.
            Unit = container is null ? paths.Select(UnitOf).FirstOrDefault(unit => unit is not null) : null,
        };
    }

    /// <summary>The innermost container.</summary>
    private static ContainerId? ContainerOf(string path)
    {
        foreach (var (part, previous) in path.Split('/').Reverse().Zip(path.Split('/').Reverse().Skip(1).Append("")))
        {
            if (WithId().Match(part) is { Success: true } match)
            {
                var runtime = match.Groups["runtime"].Value switch
                {
                    "libpod" or "libpod-payload" => "podman",
                    "cri-containerd" or "nerdctl" => "containerd",
                    "" when previous == "docker" => "docker",
                    "" when previous is "default" or "k8s.io" || path.Contains("kubepods", StringComparison.Ordinal) => "containerd",
                    "" => "unknown",
                    var name => name,
                };
                return new ContainerId(runtime, match.Groups["id"].Value);
            }

            if (WithName().Match(part) is { Success: true } named)
            {
                return new ContainerId(part[0] == 'm' ? "nspawn" : "lxc", Name(named.Groups["name"].Value));
            }

            if (previous == "lxc" && part.Length > 0)
            {
                return new ContainerId("lxc", Name(part));
            }
        }

        return null;
    }

    private static string? UnitOf(string path) =>
        path.Split('/').LastOrDefault(part => part.EndsWith(".service", StringComparison.Ordinal) && !UserManager().IsMatch(part)) is { } unit
            ? Name(unit)
            : null;

    private static string? Last(MatchCollection matches) => matches.Count > 0 ? matches[^1].Groups[1].Value : null;

    private static string Name(string text) => Printable.Line(text, RemoteLimits.NameLength);

    [GeneratedRegex("^((?<runtime>docker|libpod-payload|libpod|cri-containerd|crio|nerdctl)-)?(?<id>[0-9a-f]{64})(\\.scope)?$")]
    private static partial Regex WithId();

    [GeneratedRegex("^(lxc\\.payload\\.(?<name>.+)|machine-(?<name>.+)\\.scope)$")]
    private static partial Regex WithName();

    [GeneratedRegex("pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?![0-9a-f])")]
    private static partial Regex PodUid();

    [GeneratedRegex("/job_([0-9]{1,12})(?:/|$)")]
    private static partial Regex SlurmJobId();

    [GeneratedRegex("^user@[0-9]+\\.service$")]
    private static partial Regex UserManager();
}
