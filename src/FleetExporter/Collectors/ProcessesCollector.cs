using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>
/// The processes of a host that use the most CPU or memory: ten of each. For the API and the web interface; publishes no metrics. To read them costs
/// the host more than a whole poll, so they are read on demand.
/// </summary>
internal sealed class ProcessesCollector() : HostCollector("processes")
{
    public override TimeSpan Every => TimeSpan.FromSeconds(10);

    public override bool IsOnDemand => true;

    // One cat of all stat files and a small table per process, kept in procs until the next time: CPU use is the difference. A command name may
    // contain newlines and parentheses; it ends with the last parenthesis before the columns.
    public override string Script(HostConfig host) => """
          read -r v _ </proc/uptime
          o=$(cat /proc/[0-9]*/stat </dev/null | awk '
            !open { pid = $1; comm = "" }
            { comm = comm $0; open = 1; if (!match(comm, /.*\) /)) next
              if (split(substr(comm, RLENGTH + 1), a, " ") < 22) next
              open = 0; c = substr(comm, index(comm, "(") + 1, RLENGTH - index(comm, "(") - 2); gsub(/[^!-~]/, "_", c)
              if (c == "") c = "_"
              if (a[22] > 0) printf "%s %s %.0f %s %s\n", pid, a[20], a[12] + a[13], a[22], c }')
          b="window $([ -z "$procs_at" ] || exec awk "BEGIN { print $v - $procs_at }" </dev/null)"
          b=$b$nl$(printf '%s\n=\n%s\n' "$procs" "$o" | awk '
            $0 == "=" { now = 1; next }
            !now { last[$1 " " $2] = $3; next }
            { n++; id[n] = $1; key = $1 " " $2; used[n] = key in last ? $3 - last[key] : $3; rss[n] = $4; name[n] = $5 }
            function top(v, what,   i, j, m) { for (j = 0; j < 10; j++) { m = 0
              for (i = 1; i <= n; i++) if (!(what " " i in seen) && v[i] > 0 && (!m || v[i] > v[m])) m = i
              if (!m) return
              seen[what " " m] = 1; pick[m] = 1 } }
            END { top(used, "cpu"); top(rss, "rss")
              for (i = 1; i <= n; i++) if (i in pick) printf "t %s %.0f %s %s\n", id[i], used[i], rss[i], name[i] }')
          procs=$o procs_at=$v k=
          set -f; IFS=$nl; for l in $b; do case $l in 't '*) l=${l#t }; k=$k,${l%% *} ;; esac; done; set +f; IFS=" 	$nl"
          [ "$k" ] || return 0
          o=$(exec ps -ww -o pid=,user:32=,args= -p "${k#,}" </dev/null); c=$?
          [ $c -le 128 ] || return $c
          b=$b$nl$(printf '%s\n' "$o" | awk '{ print "p", $0 }')
          return 0
        """;

    public override IAnswer Parse(Section section) => new ProcessesReading(ProcessTable.Parse(section.Body));

    public override string Summarize(IAnswer answer) => Count(((ProcessesReading)answer).Processes.Count, "process", "processes");

    public override string Mask(string text) => string.Join('\n', text.Split('\n').Select(line =>
        line.Split(' ', 4, StringSplitOptions.RemoveEmptyEntries) is ["p", var pid, var user, var command]
            ? $"p {pid} {user} {ProcessArguments.Mask(command)}"
            : line));

    public override Reading Mask(Reading reading) => reading is ProcessesReading { Processes: var processes }
        ? new ProcessesReading([.. processes.Select(p => p with { Command = ProcessArguments.Mask(p.Command) })])
        : reading;

    public override string Simulate(SimulatedHost host, DateTimeOffset now) => $"""
        window 60.00
        t {SimulatedSessions.FirstPid} {2000 + (SimulatedWave.At(now, host.Seed, 0, 1) * 3000):0} 900000 python3
        t 812 240 42000 dockerd
        t 1 3 3100 systemd
        p {SimulatedSessions.FirstPid} fleet python3 train.py --lr 3e-4 --token=secret
        p 812 root /usr/bin/dockerd -H fd://
        p 1 root /sbin/init
        """;
}

/// <summary>The processes that use the most. No metrics: pids and command lines are no labels.</summary>
internal sealed record ProcessesReading(IReadOnlyList<TopProcess> Processes) : Reading, IAnswer;
