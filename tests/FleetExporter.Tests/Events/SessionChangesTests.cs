using System.Text.Json.Nodes;

namespace FleetExporter.Tests.Events;

public sealed class SessionChangesTests
{
    [Fact]
    public void The_end_of_a_session_says_what_it_was()
    {
        var host = new EventFixture().Connected().Answers("host").Sessions("$1:train", "$2:other").Look();
        Assert.Empty(host.Take());

        host.Sessions("$2:other").Look();

        var ended = host.TakeOne();
        Assert.Equal(("session:a:ann/train", "ended", null), (ended.Subject, ended.To, ended.Reason));
        Assert.Equal("the tmux session train of ann on a ended after 60 min", ended.Text);
        Assert.Equal(
            """{"user":"ann","name":"train","created":"2025-12-31T23:00:00Z","last_seen":"2026-01-01T00:00:00Z","""
                + "\"duration_seconds\":3600,\"killed_by\":null}",
            ended.Detail!.ToJsonString());
        host.Look();
        Assert.Empty(host.Take());
    }

    [Fact]
    public void Who_killed_it_is_named()
    {
        var host = new EventFixture { Killer = "ops" }.Connected().Answers("host").Sessions("$1:train").Look();

        host.Sessions().Look();

        var ended = host.TakeOne();
        Assert.Equal(("the tmux session train of ann on a was killed by ops after 60 min", "killed"), (ended.Text, ended.Reason));
        Assert.Equal("ops", ended.Detail!["killed_by"]!.GetValue<string>());
    }

    [Fact]
    public void A_renamed_session_has_not_ended_and_a_recreated_one_has()
    {
        var host = new EventFixture().Connected().Answers("host").Sessions("$1:train").Look();

        host.Sessions("$1:eval").Look();
        Assert.Empty(host.Take());
        Assert.Null(host.Stored["session:a:ann/train"]);

        host.Sessions("$2:eval").Look();
        Assert.Equal(["session info session:a:ann/eval running ended -"], host.Take());
        host.Sessions().Look();
        Assert.Equal(["session info session:a:ann/eval running ended -"], host.Take());
    }

    [Fact]
    public void A_session_that_ended_while_the_exporter_did_not_run_was_last_seen_when_it_ran()
    {
        var host = new EventFixture().Connected().Answers("host").Sessions("$1:train").Look();
        FleetExporter.Events.ExporterEvents.IsRunning(host.Context);

        host.Restart(7200).Connected().Answers("host").Sessions().Look();

        JsonNode detail = host.TakeOne().Detail!;
        Assert.Equal("2026-01-01T00:00:01Z", detail["last_seen"]!.GetValue<string>());
        Assert.Equal(3601, detail["duration_seconds"]!.GetValue<long>());
    }

    [Fact]
    public void While_its_host_is_silent_no_session_ends()
    {
        var host = new EventFixture().Connected().Answers("host").Sessions("$1:train").Look();

        host.Disconnected().Look(31).Look(60);

        Assert.DoesNotContain(host.Take(), e => e.StartsWith("session", StringComparison.Ordinal));
    }
}
