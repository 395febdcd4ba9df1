using FleetExporter.Collectors;
using FleetExporter.Parsing;
using FleetExporter.Polling.Derivation;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Tests.Polling.Derivation;

public sealed class GpuUsersTests
{
    private static readonly PollTiming Timing = new(TimeSpan.FromSeconds(10), 3);

    private HostHistory _history = HostHistory.Empty;

    [Fact]
    public void Users_share_a_gpu_by_memory()
    {
        Answer(100, 200, []);
        Answer(110, 200, [Process("alice", 60), Process("alice", 15), Process("bob", 25)]);

        Assert.Equal([("alice", 7.5, 1500), ("bob", 2.5, 500)], Tallies());
    }

    [Fact]
    public void Users_share_it_equally_where_the_driver_hides_the_memory()
    {
        Answer(100, 200, []);
        Answer(110, 200, [Process("alice", null), Process("bob", null), Process("bob", 10)]);

        Assert.Equal([("alice", 5, 1000), ("bob", 5, 1000)], Tallies());
    }

    [Fact]
    public void Processes_on_other_gpus_do_not_count()
    {
        Answer(100, 200, []);
        Answer(110, 200, [Process("alice", 60) with { Process = new GpuProcess { GpuUuid = "other", MemoryBytes = 1 } }]);

        Assert.Equal([(GpuUsers.NoUser, 10, 2000)], Tallies());
    }

    [Fact]
    public void Without_a_list_of_processes_the_time_is_nobodys()
    {
        Answer(100, 200, []);
        Answer(110, 200, null);

        Assert.Equal([(GpuUsers.NotListed, 10, 2000)], Tallies());
    }

    [Fact]
    public void Gaps_count_for_nobody()
    {
        Answer(100, 200, []);
        Answer(160, 200, [Process("alice", 1)]);
        Answer(5, 200, [Process("alice", 1)]);

        Assert.Empty(_history.GpuUsers);
    }

    [Fact]
    public void Over_an_hour_all_users_together_have_the_time_and_the_energy_of_the_gpu()
    {
        var random = new Random(17);
        var previous = new Dictionary<string, double>();
        for (var second = 0; second <= 3600; second += 10)
        {
            var processes = Enumerable.Range(0, random.Next(5))
                .Select(i => Process($"user{random.Next(6)}", random.Next(3) == 0 ? null : random.Next(80)));
            Answer(second, random.Next(60, 700), second % 700 == 0 ? null : [.. processes]);
            foreach (var (user, seconds, _) in Tallies())
            {
                Assert.InRange(seconds, previous.GetValueOrDefault(user), previous.GetValueOrDefault(user) + 10.001);
                previous[user] = seconds;
            }
        }

        Assert.Equal(3600, Tallies().Sum(t => t.Seconds), 6);
        Assert.Equal(_history.GpuEnergy["a"], Tallies().Sum(t => t.Joules), 6);
    }

    [Fact]
    public void Users_without_end_count_together()
    {
        for (var i = 0; i <= 200; i++)
        {
            Answer(i * 10, 100, [Process($"user{i}", 1)]);
        }

        Assert.Equal(65, Tallies().Count);
        Assert.Equal(2000, Tallies().Sum(t => t.Seconds), 6);
    }

    private static OwnedGpuProcess Process(string user, double? memory) =>
        new(new GpuProcess { GpuUuid = "a", Pid = 1, MemoryBytes = memory }, new ProcessOwner(1, 1, user), null);

    private void Answer(double uptime, double watts, IReadOnlyList<OwnedGpuProcess>? processes)
    {
        var answer = new GpuAnswer([new Gpu { Uuid = "a", Index = 0, PowerDrawWatts = watts }], 0, uptime);
        _history = GpuUsers.Remember(
            _history, GpuHistory.Remember(_history, answer, Timing), answer, processes, GpuHistory.Counted(_history, answer, Timing),
            TimeSpan.FromMinutes(30));
    }

    private IReadOnlyList<(string User, double Seconds, double Joules)> Tallies() =>
        [
            .. _history.GpuUsers.Values.SelectMany(t => t).OrderBy(t => t.Key, StringComparer.Ordinal)
                .Select(t => (t.Key, t.Value.Seconds, t.Value.Joules)),
        ];
}
