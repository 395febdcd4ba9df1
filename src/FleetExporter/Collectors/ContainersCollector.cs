using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>Names of containers, from the engines that the login user may ask. Only asked while a process on a GPU is in a container.</summary>
internal sealed class ContainersCollector() : HostCollector("containers")
{
    private const int MaxContainers = 256;
    private static readonly string[] Engines = ["docker", "podman"];

    public override TimeSpan Every => TimeSpan.FromMinutes(5);

    public override bool TakesArguments => true;

    /// <summary>The engines to ask, and the short ids of the containers: an unknown one makes it due.</summary>
    public override string? Arguments(IAnswers answers)
    {
        var containers = (answers.Get<GpuOwnersAnswer>()?.Owners.Owners ?? []).Select(o => o.Container).OfType<ContainerId>()
            .Where(c => Engines.Contains(c.Runtime) || c.Runtime == "unknown").ToList();
        var ids = containers.Select(c => c.ShortId).Distinct().Order(StringComparer.Ordinal).Take(MaxContainers);
        return containers.Count > 0
            ? string.Join(',', Engines.Where(e => containers.Exists(c => c.Runtime == e || c.Runtime == "unknown")).Concat(ids))
            : null;
    }

    public override string? OffBecause(HostConfig host, SystemIdentity? system) => NvidiaCollector.NoGpuBecause(host, system);

    public override bool OffAfter(CollectorFailure reason, HostConfig host) =>
        reason is CollectorFailure.ToolMissing or CollectorFailure.Permission;

    public override string Script(HostConfig host) => """
          r=127; for k in docker podman; do
            case ,$a, in ,, | *,$k,*) ;; *) continue ;; esac
            command -v $k >/dev/null || continue
            # The first podman of a user makes folders and leaves a process.
            [ $k = docker ] || [ "$user" = root ] || [ -d ~/.local/share/containers/storage ] || continue
            o=$(exec $k ps --no-trunc --format '{{.ID}} {{.Names}}' </dev/null 2>&1); c=$?
            [ $c -le 128 ] || return $c
            b=$b$k:$c$nl$o$nl; r=0
          done
          return $r
        """;

    public override IAnswer Parse(Section section) => new ContainersAnswer(ContainerNames.Parse(section.Body));

    public override string Summarize(IAnswer answer) => Count(((ContainersAnswer)answer).Names.Count, "container");

    public override string Fix(CollectorFailure reason) => reason == CollectorFailure.Permission
        ? "Optional: allow the login user to ask docker (group docker, which is as good as root) to see names instead of ids."
        : base.Fix(reason);

    public override string? Simulate(SimulatedHost host, DateTimeOffset now) => host.Gpu is null
        ? null
        : $"docker:0\n{string.Join('\n', "abcdef".Select((c, i) => $"{new string(c, 64)} vllm-{i}"))}";
}

/// <param name="Names">Names by id of 64 digits.</param>
internal sealed record ContainersAnswer(IReadOnlyDictionary<string, string> Names) : Reading, IAnswer;
