using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling.Derivation;

/// <summary>Derives to whom the processes on the GPUs belong, and how much time and energy each user has had.</summary>
internal static class GpuUsers
{
    /// <summary>Stands for the time without a process.</summary>
    public const string NoUser = "(none)";

    /// <summary>Stands for the time without a list of processes.</summary>
    public const string NotListed = "(not listed)";

    private const string OtherUsers = "(other)";

    /// <summary>Users per GPU with a tally of their own; the rest are summed as <see cref="OtherUsers"/>.</summary>
    private const int MaxUsers = 64;

    /// <summary>GPUs whose users are remembered, those that are gone since a reboot included.</summary>
    private const int MaxGpus = 64;

    /// <summary>A process may be listed this much before its start, which has a resolution of 10 ms and another clock.</summary>
    private const double MaxClockError = 1;

    /// <summary>Adds the time and energy since the last answer about GPUs to the users whose processes were on them.</summary>
    /// <param name="previous">The history before that answer.</param>
    /// <param name="next">The history with its energy.</param>
    /// <param name="seconds">Time between the two.</param>
    /// <param name="heldIdleAfter">Time after which a GPU that is held without being used is wasted.</param>
    public static HostHistory Remember(
        HostHistory previous, HostHistory next, GpuAnswer answer, IReadOnlyList<OwnedGpuProcess>? processes, double seconds, TimeSpan heldIdleAfter)
    {
        if (seconds <= 0)
        {
            return next;
        }

        var all = next.GpuUsers.ToBuilder();
        foreach (var uuid in answer.Gpus.Select(g => g.Uuid).OfType<string>().Distinct())
        {
            var joules = next.GpuEnergy.GetValueOrDefault(uuid) - previous.GpuEnergy.GetValueOrDefault(uuid);
            var idle = answer.Uptime - next.GpuUses.GetValueOrDefault(uuid).HeldSince >= heldIdleAfter.TotalSeconds ? 1 : 0;
            var tallies = all.GetValueOrDefault(uuid, ImmutableDictionary<string, GpuUserTally>.Empty).ToBuilder();
            foreach (var (user, share) in SharesOf(uuid, processes))
            {
                var (time, energy) = (seconds * share, joules * share);
                Add(tallies, user, new GpuUserTally(time, energy, time * idle, energy * idle));
            }

            all[uuid] = tallies.ToImmutable();
        }

        if (all.Count > MaxGpus)
        {
            all.RemoveRange(all.Keys.Where(uuid => !next.GpusSeen.Contains(uuid)).ToList());
        }

        return next with { GpuUsers = all.ToImmutable() };
    }

    public static GpuProcessesReading Derive(GpuProcessesAnswer answer, FreshAnswers answers)
    {
        var owners = answers.Get<GpuOwnersAnswer>()?.Owners;
        var names = answers.Get<ContainersAnswer>()?.Names;
        var sessions = new GpuSessions(answers);
        var byPid = (owners?.Owners ?? []).ToDictionary(o => o.Pid);
        return new GpuProcessesReading(
            [.. answer.Processes.Select(Owned)], answers.Get<GpuAnswer>()?.Gpus, answers.History.GpuUsers);

        OwnedGpuProcess Owned(GpuProcess process)
        {
            if (process.Pid is not { } pid || owners is null || owners.IsOtherNamespace || !byPid.TryGetValue(pid, out var owner))
            {
                return new OwnedGpuProcess(
                    process, null,
                    owners?.IsOtherNamespace == true ? UnknownOwner.OtherNamespace
                    : owners?.AreOthersHidden == true ? UnknownOwner.Hidden : UnknownOwner.Ended);
            }

            // A younger process has the pid of one that has ended.
            return owner.StartTicks / 100.0 > answer.Uptime + MaxClockError
                ? new OwnedGpuProcess(process, null, UnknownOwner.Ended)
                : sessions.Find(new OwnedGpuProcess(process, owner, null)
                {
                    ContainerName = owner.Container is { } container ? names?.GetValueOrDefault(container.Id) : null,
                });
        }
    }

    /// <summary>How the users of a GPU share it: by memory, equally where that is unknown. They add up to 1.</summary>
    private static IEnumerable<(string User, double Share)> SharesOf(string uuid, IReadOnlyList<OwnedGpuProcess>? processes)
    {
        if (processes is null)
        {
            return [(NotListed, 1)];
        }

        var mine = processes.Where(p => p.Process.GpuUuid == uuid).ToList();
        var users = mine.GroupBy(p => p.User, StringComparer.Ordinal)
            .Select(u => (User: u.Key, Memory: u.Sum(p => p.Process.MemoryBytes) ?? 0)).ToList();
        var all = users.Sum(u => u.Memory);
        return users.Count == 0 ? [(NoUser, 1)]
            : all > 0 && mine.All(p => p.Process.MemoryBytes is not null) ? users.Select(u => (u.User, u.Memory / all))
            : users.Select(u => (u.User, 1.0 / users.Count));
    }

    private static void Add(ImmutableDictionary<string, GpuUserTally>.Builder tallies, string user, GpuUserTally more)
    {
        var key = tallies.Count < MaxUsers || tallies.ContainsKey(user) ? user : OtherUsers;
        tallies[key] = tallies.GetValueOrDefault(key).Plus(more);
    }
}
