using FleetExporter.Events;
using FleetExporter.Store;

namespace FleetExporter.Tests.Events;

public sealed class CallEventsTests
{
    [Theory]
    [InlineData("exec", AuditOutcome.Ok, "a", "info host:a ann: exec a: ok")]
    [InlineData("exec", AuditOutcome.Failed, "a", "warning host:a ann: exec a: failed")]
    [InlineData("exec", AuditOutcome.Denied, "elsewhere", "warning exporter ann: exec elsewhere: denied")]
    [InlineData("kill", AuditOutcome.Ok, "a:bob/train", "info session:a:bob/train ann: kill a:bob/train: ok")]
    [InlineData("job_start", AuditOutcome.Unknown, "run-7", "warning job:run-7 ann: job_start run-7: unknown")]
    [InlineData("reload", AuditOutcome.Ok, null, "info exporter ann: reload: ok")]
    [InlineData("job_change", AuditOutcome.Failed, "run-7", "warning job:run-7 ann: job_change run-7: failed")]
    [InlineData("job_change", AuditOutcome.Ok, "run-7", null)]
    [InlineData("kill", AuditOutcome.Asked, "a:train", null)]
    [InlineData("exec", AuditOutcome.Begun, "a", null)]
    [InlineData("login", AuditOutcome.Ok, null, null)]
    public void A_call_that_acted_has_one_event_without_its_command(string action, AuditOutcome outcome, string? target, string? expected)
    {
        var e = CallEvents.Of(Call(action, outcome, target), name => name == "a");

        Assert.Equal(expected, e is null ? null : $"{Words.Of(e.Severity)} {e.Subject} {e.Text}");
        Assert.DoesNotContain("secret", $"{e?.Text}{e?.Detail?.ToJsonString()}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_key_has_none() =>
        Assert.Null(CallEvents.Of(Call("exec", AuditOutcome.Denied, "a") with { Who = "" }, _ => true));

    [Fact]
    public void The_killer_of_a_session_is_known_from_the_begin_of_the_call_until_it_fails()
    {
        var kills = new Kills(new FakeClock());

        kills.Take(Call("kill", AuditOutcome.Begun, "a:bob/train"));
        kills.Take(Call("kill", AuditOutcome.Begun, "a:mine"));
        Assert.Equal("ann", kills.By("a", "bob", "train"));
        Assert.Null(kills.By("a", "bob", "train"));
        Assert.Null(kills.By("b", "me", "mine"));
        Assert.Equal("ann", kills.By("a", "me", "mine"));

        kills.Take(Call("kill", AuditOutcome.Begun, "a:mine"));
        kills.Take(Call("kill", AuditOutcome.Failed, "a:mine"));
        Assert.Null(kills.By("a", "me", "mine"));
    }

    private static AuditEntry Call(string action, AuditOutcome outcome, string? target) => new()
    {
        At = DateTimeOffset.UnixEpoch,
        Who = "ann",
        Address = "192.0.2.1",
        Action = action,
        Target = target,
        Command = "echo secret",
        Duration = TimeSpan.FromSeconds(1),
        Outcome = outcome,
    };
}
