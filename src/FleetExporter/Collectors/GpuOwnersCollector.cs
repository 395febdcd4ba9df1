using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>To whom the processes on the GPUs belong, from /proc, as the login user sees it.</summary>
internal sealed class GpuOwnersCollector() : HostCollector("gpu_owners")
{
    /// <summary>Processes per request; further ones have no owner.</summary>
    private const int MaxProcesses = 256;

    /// <summary>What changes between two changes of the processes is noticed after this time, such as a pid that was used again.</summary>
    public override TimeSpan Every => TimeSpan.FromSeconds(60);

    public override bool TakesArguments => true;

    /// <summary>The pids, separated by commas.</summary>
    public override string? Arguments(IAnswers answers)
    {
        var pids = (answers.Get<GpuProcessesAnswer>()?.Processes ?? [])
            .Select(p => p.Pid).OfType<int>().Distinct().Order().Take(MaxProcesses).ToList();
        return pids.Count > 0 ? string.Join(',', pids) : null;
    }

    public override string? OffBecause(HostConfig host, SystemIdentity? system) => NvidiaCollector.NoGpuBecause(host, system);

    // One grep for all. A newline in a command name splits its stat line, whose end then starts with the last parenthesis.
    public override string Script(HostConfig host) => """
          f= IFS=,; for p in $a; do f="$f /proc/$p/stat /proc/$p/status /proc/$p/cgroup"; done; IFS=" 	$nl"
          b=$(exec grep -sHE '^(Uid:|[0-9]+:|[0-9]+ \()|\) [A-Za-z] -?[0-9]+ ' $f </dev/null)
          # Marked before the names are asked for: if that hangs, the number stands for the name from then on.
          k=0 x=; [ ${#user_names} -lt 16384 ] || user_names=
          IFS=$nl; set -f; for l in $b; do case ${l%%:*} in /proc/*/status)
            l=${l#*Uid:}; l=${l#?}; v=${l%%[!0-9]*}
            case $user_names in *"${nl}n:$v:"*) continue ;; esac
            [ -z "$v" ] || [ ${#v} -gt 10 ] || [ $k -ge 64 ] || { k=$((k + 1)); x="$x $v"; user_names=$user_names${nl}n:$v:; } ;;
          esac; done; IFS=" 	$nl"
          if [ "$x" ]; then
            o=$(exec getent passwd $x </dev/null); c=$?
            [ $c != 127 ] || o=$(exec cat /etc/passwd </dev/null)
            # A name, a password, the number.
            IFS=$nl; for l in $o; do
              k=${l#*:}; k=${k#*:}; k=${k%%:*}
              case "$x " in *" $k "*) user_names=$user_names${nl}n:$k:${l%%:*} ;; esac
            done; IFS=" 	$nl"
          fi; set +f; [ ! "$x" ] || [ $c -le 128 ] || return $c
          [ "$pid_ns" ] || pid_ns=$(exec readlink /proc/self/ns/pid </dev/null)
          [ -e /proc/1/stat ] || b=$b${nl}hidden
          b=$b${nl}ns:$pid_ns$user_names
          return 0
        """;

    public override IAnswer Parse(Section section) => new GpuOwnersAnswer(ProcessOwners.Parse(section.Body));

    public override string Summarize(IAnswer answer)
    {
        var owners = ((GpuOwnersAnswer)answer).Owners;
        return owners.IsOtherNamespace
            ? "unknown: the exporter runs in another pid namespace"
            : $"{Count(owners.Owners.Count, "process", "processes")}{(owners.AreOthersHidden ? ", those of other users hidden by hidepid" : "")}";
    }

    public override string? Simulate(SimulatedHost host, DateTimeOffset now)
    {
        if (host.Gpu is null)
        {
            return null;
        }

        var processes = host.WorkingGpus.Select(i => $"""
            /proc/{SimulatedSessions.FirstPid + i}/stat:{SimulatedSessions.FirstPid + i} (python3) S 1 1 1 0 -1 0 0 0 0 0 9 9 0 0 20 0 1 0 1000 0 0 0
            /proc/{SimulatedSessions.FirstPid + i}/status:Uid:	{1000 + (i % 3)}	{1000 + (i % 3)}
            /proc/{SimulatedSessions.FirstPid + i}/cgroup:0::{SimulatedPath(i)}
            """);
        return $"{string.Join('\n', processes)}\nns:pid:[4026531836]\nn:1000:fleet\nn:1001:maria\nn:1002:jonas";
    }

    private static string SimulatedPath(int index) => index % 4 == 3
        ? $"/system.slice/docker-{new string((char)('a' + (index / 4 % 6)), 64)}.scope"
        : $"/user.slice/user-{1000 + (index % 3)}.slice/session-2.scope";
}

internal sealed record GpuOwnersAnswer(ProcessOwners Owners) : Reading, IAnswer;
