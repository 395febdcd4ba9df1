using FleetExporter.Control;

namespace FleetExporter.Tests.Control;

public sealed class SessionKillTests
{
    private static readonly SessionTarget Session = new(
        "box", "ann", true, "$3", DateTimeOffset.FromUnixTimeSeconds(1795231959), ["%1", "%10", "%2"]);

    [Theory]
    [InlineData("")]
    [InlineData("$")]
    [InlineData("name")]
    [InlineData("$3'; rm -rf /; '")]
    [InlineData("*")]
    public void Only_an_id_is_a_target(string id) =>
        Assert.Throws<ArgumentException>(() => SessionKill.Script(Session with { SessionId = id }, force: false));

    [Theory]
    [InlineData("")]
    [InlineData("%")]
    [InlineData("%1'; rm -rf /; '")]
    [InlineData("$1")]
    public void Only_an_id_is_a_pane(string id) =>
        Assert.Throws<ArgumentException>(() => SessionKill.Script(Session with { Panes = ["%1", id] }, force: false));

    [Fact]
    public void The_panes_are_a_set() =>
        Assert.Equal(SessionKill.Script(Session, false), SessionKill.Script(Session with { Panes = ["%2", "%1", "%10", "%1"] }, false));

    [Fact]
    public void Another_user_is_reached_by_sudo_and_quoted() =>
        Assert.Contains(
            "sudo -n -u 'o'\\''hara' tmux -u kill",
            SessionKill.Script(Session with { User = "o'hara", IsLoginUser = false }, false).Replace("if-shell", "kill", StringComparison.Ordinal),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("before $3:1795231959:0\nkill \nafter can't find session: $3\n", KillOutcome.Killed)]
    [InlineData("before $3:1795231959:0\nkill \nafter no server running on /tmp/tmux-1000/default\n", KillOutcome.Killed)]
    [InlineData("before $3:1795231959:0\nkill \nafter \n", KillOutcome.Killed)]
    [InlineData("before $3:1795231959:0\nkill \nafter $3:1795231960:0\n", KillOutcome.Killed)]
    [InlineData("before $3:1795231959:0\nkill \nafter $3:1795231959:0\npanes same\n", KillOutcome.Survived)]
    [InlineData("before $3:1795231959:0\nkill \nafter $3:1795231959:0\npanes other\n", KillOutcome.Changed)]
    [InlineData("before $3:1795231959:0\nafter $3:1795231959:0\npanes other\n", KillOutcome.Changed)]
    [InlineData("before $3:1795231959:1\nkill \nafter $3:1795231959:1\n", KillOutcome.Attached)]
    [InlineData("before can't find session: $3\nkill \nafter can't find session: $3\n", KillOutcome.Gone)]
    [InlineData("before $3:1795231000:0\nkill \nafter $3:1795231000:0\n", KillOutcome.Gone)]
    [InlineData("before sudo: a password is required\nkill \nafter sudo: a password is required\n", KillOutcome.Failed)]
    [InlineData("before $3:1795231959:0\nkill \nafter lost server\n", KillOutcome.Failed)]
    [InlineData("sh: 1: tmux: not found\n", KillOutcome.Failed)]
    [InlineData("", KillOutcome.Failed)]
    public void What_was_said_is_understood(string said, KillOutcome expected) =>
        Assert.Equal(expected, SessionKill.Read(said, Session, force: false).Outcome);
}
