using System.Text.Json;
using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class TmuxTests
{
    private const string OneSession = "S$1:1795231904:2:3:1795231905:1795231906:foo\n";

    private static TmuxServer ParseOne(string body) => Assert.Single(Tmux.Parse(body));

    [Fact]
    public void Parse_EveryStoredName_IsReadBackExactly()
    {
        var names = ParseOne(HostCapture.TmuxBlock()).Sessions.ToDictionary(static s => s.Id, static s => s.Name);

        var stored = HostCapture.Tmux("created-names.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static l => JsonDocument.Parse(l).RootElement)
            .Where(static e => e.GetProperty("exit").GetInt32() == 0)
            .ToDictionary(static e => e.GetProperty("id").GetString()!, static e => e.GetProperty("stored").GetString()!);
        Assert.Equal(40, stored.Count);
        Assert.Equal(stored.OrderBy(static p => p.Key, StringComparer.Ordinal), names.OrderBy(static p => p.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Parse_ASessionWithClientsAndPanes_HasItsNumbers()
    {
        var server = ParseOne(HostCapture.TmuxBlock("1795231959"));

        Assert.Equal("alice", server.User);
        Assert.Null(server.Failure);
        var foo = server.Sessions.Single(static s => s.Name == "foo");
        Assert.Equal(("$1", 2, 3, 0), (foo.Id, foo.AttachedClients, foo.Windows, foo.DeadPanes));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795231904), foo.Created);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795231905), foo.Activity);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795231959), foo.LastAttached);
        Assert.Equal(["$0", "$1", "$2", "$3"], server.Sessions.Take(4).Select(static s => s.Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    public void Parse_NeverAttached_HasNoTime(string lastAttached) =>
        Assert.All(ParseOne(HostCapture.TmuxBlock(lastAttached)).Sessions, static s => Assert.Null(s.LastAttached));

    [Theory]
    [InlineData("U0:root")]
    [InlineData("S$9:1:0:1:1::fake")]
    [InlineData("P$1:%1:1:1")]
    [InlineData("12 (x) S 1")]
    [InlineData("a:b:c:")]
    [InlineData(" ")]
    [InlineData("")]
    [InlineData("no server running on /tmp")]
    public void Parse_ANameThatLooksLikeSomethingElse_IsAName(string name)
    {
        var session = Assert.Single(ParseOne($"U0:alice\nS$7:1:0:1:1::{name}\n").Sessions);

        Assert.Equal(("$7", name), (session.Id, session.Name));
    }

    [Fact]
    public void Parse_AVeryLongName_IsCutAtAWholeCharacter()
    {
        var session = Assert.Single(ParseOne($"U0:alice\nS$7:1:0:1:1::{new string('x', 1023)}🚀🚀").Sessions);

        Assert.Equal(new string('x', 1023), session.Name);
    }

    [Fact]
    public void Parse_TheSameIdOrUserTwice_CountsOnce() =>
        Assert.Single(ParseOne($"U0:alice\n{OneSession}{OneSession}U0:alice\n{OneSession}").Sessions);

    [Theory]
    [InlineData("S$:1:0:1:1::x")]
    [InlineData("S1:1:0:1:1::x")]
    [InlineData("S$1x:1:0:1:1::x")]
    [InlineData("S$99999999999999999999:1:0:1:1::x")]
    [InlineData("S$1:-1:0:1:1::x")]
    [InlineData("S$1:1:0:1")]
    public void Parse_AnInvalidSessionLine_IsAFailureWithoutCounts(string line)
    {
        var server = ParseOne($"U0:alice\n{OneSession.Replace("$1", "$2", StringComparison.Ordinal)}{line}");

        Assert.Equal(CollectorFailure.Parse, server.Failure);
        Assert.Empty(server.Sessions);
    }

    [Fact]
    public void Parse_Panes_GiveTheirIdsAndTheLatestOutput()
    {
        var session =
            Assert.Single(ParseOne($"U0:alice\n{OneSession}P$1:%4:10:0:1795231900\nP$1:%2:11:0:1795231990\nP$1:%4:10:0:1795231900\n").Sessions);

        Assert.Equal(["%4", "%2"], session.Panes);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795231990), session.Output);
        Assert.Equal(session.Output, session.LastActivity);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795231905), session.Activity);
    }

    [Theory]
    [InlineData("P$1:%4:10:0")]
    [InlineData("P$1:%4:10:0:")]
    public void Parse_APaneWithoutOutputTime_KeepsTheSessionsActivity(string pane)
    {
        var session = Assert.Single(ParseOne($"U0:alice\n{OneSession}{pane}\n").Sessions);

        Assert.Null(session.Output);
        Assert.Equal(session.Activity, session.LastActivity);
    }

    [Theory]
    [InlineData("0199a8f0-1c2d-7e3f-8a4b-5c6d7e8f9a0b", "0199a8f0-1c2d-7e3f-8a4b-5c6d7e8f9a0b")]
    [InlineData("0199a8f0", null)]
    [InlineData("", null)]
    public void Parse_APaneWithAJob_GivesItsId(string option, string? job)
    {
        var session = Assert.Single(ParseOne($"U0:alice\n{OneSession}P$1:%1:9:0:1795231900:\nP$1:%4:10:0:1795231900:{option}\n").Sessions);

        Assert.Equal(job, session.Job);
    }

    [Theory]
    [InlineData("P$1:%x:10:0:1")]
    [InlineData("P$1:%:10:0:1")]
    [InlineData("P$1:%4:10:0:soon")]
    [InlineData("P$1:%4:10:0:1:2:3")]
    public void Parse_AnInvalidPaneLine_IsAFailureWithoutCounts(string line) =>
        Assert.Equal(CollectorFailure.Parse, ParseOne($"U0:alice\n{OneSession}{line}\n").Failure);

    [Theory]
    [InlineData("")]
    [InlineData(OneSession)]
    [InlineData("U:alice")]
    public void Parse_NoUserBlock_Throws(string body) => Assert.Throws<FormatException>(() => Tmux.Parse(body));
}
