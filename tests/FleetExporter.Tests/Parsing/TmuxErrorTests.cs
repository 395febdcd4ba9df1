using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class TmuxErrorTests
{
    private const string OneSession = "S$1:1795231904:2:3:1795231905:1795231906:foo\n";

    [Theory]
    [InlineData("socket-missing", null)]
    [InlineData("no-server-stale-socket", null)]
    [InlineData("empty-server-list-sessions", null)]
    [InlineData("empty-server-list-panes-a", null)]
    [InlineData("permission-denied", CollectorFailure.Permission)]
    [InlineData("access-not-allowed-exit0", CollectorFailure.Permission)]
    [InlineData("client-is-read-only", CollectorFailure.Permission)]
    [InlineData("unsafe-permissions", CollectorFailure.Permission)]
    [InlineData("command-not-found-bash", CollectorFailure.ToolMissing)]
    [InlineData("server-exited-unexpectedly", CollectorFailure.Parse)]
    [InlineData("cant-find-session", CollectorFailure.Parse)]
    [InlineData("cant-find-session-id", CollectorFailure.Parse)]
    [InlineData("invalid-session-empty-name", CollectorFailure.Parse)]
    [InlineData("duplicate-session", CollectorFailure.Parse)]
    [InlineData("no-mouse-target", CollectorFailure.Parse)]
    [InlineData("unknown-command", CollectorFailure.Parse)]
    [InlineData("attach-not-a-terminal", CollectorFailure.Parse)]
    [InlineData("bad-format", CollectorFailure.Parse)]
    public void Parse_EveryRecordedError_HasItsOutcome(string fixture, CollectorFailure? failure)
    {
        var exit = HostCapture.Tmux("errors/exit-codes.tsv").Split('\n').Select(static l => l.Split('\t')).Single(c => c[0] == fixture)[1];
        var text = HostCapture.Tmux($"errors/{fixture}.stderr.txt")
            + (fixture == "bad-format" ? HostCapture.Tmux("errors/bad-format.stdout.txt") : "");

        var server = Assert.Single(Tmux.Parse($"U{exit}:alice\n{text}"));

        Assert.Equal(failure, server.Failure);
        Assert.Equal(failure is null ? null : text.Trim(), server.Message);
        Assert.Empty(server.Sessions);
    }

    [Theory]
    [InlineData("U1:bob\nsudo: a password is required", CollectorFailure.Permission)]
    [InlineData("U1:bob\nSorry, user svc is not allowed to execute '/usr/bin/tmux' as bob on spark.", CollectorFailure.Permission)]
    [InlineData("U1:bob\nUsage of sudo", CollectorFailure.Parse)]
    [InlineData("U1:bob\nPermission denied", CollectorFailure.Permission)]
    [InlineData("U1:bob\nsudo: tmux: command not found", CollectorFailure.ToolMissing)]
    [InlineData("U127:bob", CollectorFailure.ToolMissing)]
    [InlineData("U137:bob", CollectorFailure.Timeout)]
    [InlineData("U265:bob", CollectorFailure.Timeout)]
    [InlineData("U1:bob", CollectorFailure.Parse)]
    [InlineData("U1:bob\ntmux: need UTF-8 locale (LC_CTYPE) but have ANSI_X3.4-1968", CollectorFailure.Parse)]
    [InlineData("U1:bob\n" + OneSession, CollectorFailure.Parse)]
    [InlineData("U0:bob\n" + OneSession + "access not allowed", CollectorFailure.Permission)]
    [InlineData("U1:bob\n" + OneSession + "no current target", CollectorFailure.Parse)]
    public void Parse_OtherTexts_AreFailuresWithoutACount(string body, CollectorFailure failure)
    {
        var server = Assert.Single(Tmux.Parse(body));

        Assert.Equal(failure, server.Failure);
        Assert.NotEmpty(server.Message!);
        Assert.Empty(server.Sessions);
    }

    [Fact]
    public void Parse_TheSocketFolderCannotBeCreated_NoSession()
    {
        var server = Assert.Single(Tmux.Parse("U1:bob\ncouldn't create directory /tmp/tmux-1000 (No space left on device)"));

        Assert.Null(server.Failure);
        Assert.Empty(server.Sessions);
    }

    [Fact]
    public void Parse_OneUserFails_TheOtherIsRead()
    {
        var servers = Tmux.Parse($"U1:bob\nsudo: a password is required\nU0:alice\n{OneSession}U1:carol\nno server running on /tmp/tmux-3/default");

        Assert.Equal(["bob", "alice", "carol"], servers.Select(static s => s.User));
        Assert.Equal([CollectorFailure.Permission, null, null], servers.Select(static s => s.Failure));
        Assert.Equal([0, 1, 0], servers.Select(static s => s.Sessions.Count));
    }

    [Fact]
    public void Parse_SudoCannotResolveItsHost_IsNoError()
    {
        var server = Assert.Single(Tmux.Parse($"U0:bob\nsudo: unable to resolve host spark: Name or service not known\n{OneSession}"));

        Assert.Null(server.Failure);
        Assert.Single(server.Sessions);
    }
}
