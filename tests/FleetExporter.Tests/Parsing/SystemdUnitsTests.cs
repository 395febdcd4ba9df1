using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class SystemdUnitsTests
{
    private const string Ssh = "Id=ssh.service\nLoadState=loaded\nActiveState=active\nSubState=running\nNRestarts=3\n";

    [Fact]
    public void Parse_TwoScopes_HasUnitsInAnyOrderOfKeys()
    {
        var result = SystemdUnits.Parse(
            $"U0:system\n{Ssh}\nSubState=dead\nNRestarts=\nActiveState=inactive\nId=nope.service\nLoadState=not-found\n"
            + "U0:user\n\nActiveState=failed\nSubState=failed\nId=llama.service\nLoadState=loaded\nNRestarts=12");

        Assert.Equal(
            [
                new SystemdUnit("system", "ssh.service", "loaded", "active", "running", 3),
                new SystemdUnit("system", "nope.service", "not-found", "inactive", "dead", null),
                new SystemdUnit("user", "llama.service", "loaded", "failed", "failed", 12),
            ],
            result.Units);
        Assert.Empty(result.Failures);
        Assert.All(result.Units, static u => Assert.Contains(u.ActiveState, SystemdUnit.ActiveStates));
    }

    [Fact]
    public void Parse_AnAlias_PrintsItsUnitOnce() => Assert.Single(SystemdUnits.Parse($"U0:system\n{Ssh}\n{Ssh}").Units);

    [Fact]
    public void Parse_NoSystemd_IsToolMissingWithTheSentence()
    {
        var text = HostCapture.Proc("systemctl.is-active.no-systemd.stderr.txt");

        var failure = Assert.Throws<ToolFailureException>(() => SystemdUnits.Parse($"U1:system\n{text}U1:user\n{text}"));

        Assert.Equal(CollectorFailure.ToolMissing, failure.Reason);
        Assert.Contains("System has not been booted with systemd as init system (PID 1). Can't operate.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("U127:system\nsh: 1: systemctl: not found", CollectorFailure.ToolMissing)]
    [InlineData("U127:system", CollectorFailure.ToolMissing)]
    [InlineData("U1:system\nFailed to connect to bus: No such file or directory", CollectorFailure.ToolMissing)]
    [InlineData("U1:system\nFailed to connect to system scope bus via local transport: Permission denied", CollectorFailure.Permission)]
    [InlineData("U1:system\nFailed to connect to bus: Connection refused", CollectorFailure.Parse)]
    [InlineData("U1:user\nFailed to connect to bus: No medium found", CollectorFailure.Permission)]
    [InlineData("U1:user\nFailed to connect to user scope bus via local transport: $XDG_RUNTIME_DIR not defined", CollectorFailure.Permission)]
    [InlineData("U137:system", CollectorFailure.Timeout)]
    [InlineData("U1:system", CollectorFailure.Parse)]
    [InlineData("U1:system\nUnknown option", CollectorFailure.Parse)]
    [InlineData("U0:system\nLoadState=loaded", CollectorFailure.Parse)]
    public void Parse_AllManagersFailed_ThrowsTheReason(string body, CollectorFailure reason) =>
        Assert.Equal(reason, Assert.Throws<ToolFailureException>(() => SystemdUnits.Parse(body)).Reason);

    [Fact]
    public void Parse_OnlyTheUserManagerFailed_IsAFailureWithAFix()
    {
        var result = SystemdUnits.Parse($"U0:system\n{Ssh}\nU1:user\nFailed to connect to bus: No medium found");

        Assert.Single(result.Units);
        var failure = Assert.Single(result.Failures);
        Assert.Equal(("user", CollectorFailure.Permission), (failure.Scope, failure.Reason));
        Assert.Contains("loginctl enable-linger", failure.Message, StringComparison.Ordinal);
        Assert.Contains("XDG_RUNTIME_DIR", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_NoSystemUnitsQueried_Succeeds()
    {
        var result = SystemdUnits.Parse("U0:system\nU1:user\nFailed to connect to bus: No medium found");

        Assert.Empty(result.Units);
        Assert.Single(result.Failures);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Id=ssh.service\nActiveState=active")]
    public void Parse_NoBlock_Throws(string body) =>
        Assert.IsNotType<ToolFailureException>(Assert.ThrowsAny<FormatException>(() => SystemdUnits.Parse(body)));
}
