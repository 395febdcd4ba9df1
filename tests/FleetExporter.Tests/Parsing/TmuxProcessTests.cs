using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class TmuxProcessTests
{
    private const string TwoSessions = "U0:alice\nS$10:1:0:1:1::later\nS$9:1:0:1:1::earlier\n";

    private static Dictionary<string, int[]> Pids(string body) => Assert.Single(Tmux.Parse(body)).Sessions
        .ToDictionary(static s => s.Name, static s => s.Processes.Select(static p => p.Pid).Order().ToArray());

    [Fact]
    public void Parse_Processes_GoDownFromThePanes()
    {
        var pids = Pids(TwoSessions + "P$9:%1:100:0\nP$10:%2:200:0\n"
            + HostCapture.Stat(100, 1) + HostCapture.Stat(200, 1) + HostCapture.Stat(101, 100, "evil) S 200 (") + HostCapture.Stat(102, 101)
            + HostCapture.Stat(201, 200) + HostCapture.Stat(300, 1));

        Assert.Equal([100, 101, 102], pids["earlier"]);
        Assert.Equal([200, 201], pids["later"]);
    }

    [Fact]
    public void Parse_APaneLinkedIntoTwoSessions_BelongsToTheLowestNumber()
    {
        var pids = Pids(TwoSessions + "P$10:%1:100:0\nP$9:%1:100:0\n" + HostCapture.Stat(100, 1) + HostCapture.Stat(101, 100));

        Assert.Equal([100, 101], pids["earlier"]);
        Assert.Empty(pids["later"]);
    }

    [Fact]
    public void Parse_ADeadPane_IsCountedOncePerSessionAndNotFollowed()
    {
        var server = Assert.Single(Tmux.Parse(TwoSessions + "P$9:%1:100:1\nP$9:%1:100:1\nP$9:%2:101:1\nP$10:%1:100:1\n" + HostCapture.Stat(100, 1)));

        Assert.Equal([2, 1], server.Sessions.Select(static s => s.DeadPanes));
        Assert.All(server.Sessions, static s => Assert.Empty(s.Processes));
    }

    [Fact]
    public void Parse_AStatLine_HasSecondsAndPages()
    {
        var session = Assert.Single(Tmux.Parse("U0:a\nS$1:1:0:1:1::x\nP$1:%1:100:0\n" + HostCapture.Stat(100, 1))[0].Sessions);

        Assert.Equal([new ProcessStat(100, 1, "bash", 1.5, 777, 10)], session.Processes);
    }

    [Fact]
    public void Parse_ACycleOfParents_Terminates() =>
        Assert.Equal([100, 101], Pids("U0:a\nS$1:1:0:1:1::x\nP$1:%1:100:0\n" + HostCapture.Stat(100, 101) + HostCapture.Stat(101, 100))["x"]);

    [Theory]
    [InlineData("S$66:1:0:1:1::")]
    [InlineData("P$1:%9:1:1")]
    [InlineData("U0:root")]
    [InlineData("access not allowed")]
    public void Parse_AProcessNameWithANewline_CannotForgeLines(string tail)
    {
        var body = "U0:a\nS$1:1:0:1:1::x\nP$1:%1:100:0\n" + HostCapture.Stat(100, 1) + HostCapture.Stat(101, 100, $"n\n{tail}")
            + HostCapture.Stat(102, 100);

        var server = Assert.Single(Tmux.Parse(body));

        Assert.Null(server.Failure);
        var session = Assert.Single(server.Sessions);
        Assert.Equal(0, session.DeadPanes);
        Assert.Equal([100, 102], session.Processes.Select(static p => p.Pid).Order());
    }

    [Fact]
    public void Parse_TheCaptureOfHostileNames_IsWalked()
    {
        var pids = Pids("U0:a\nS$1:1:0:1:1::x\nP$1:%1:1:0\n" + HostCapture.Proc("vm-pidns.proc-pid-stat.txt"))["x"];

        Assert.Contains(45, pids);
        Assert.DoesNotContain(48, pids);
    }
}
