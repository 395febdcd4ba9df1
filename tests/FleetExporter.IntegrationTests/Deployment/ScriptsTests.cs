using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Deployment;

/// <summary>The form of the scripts that set up a deployment.</summary>
public sealed class ScriptsTests
{
    public static TheoryData<string> Names => ["create-lxc.sh", "provision.sh", "deploy-key.sh"];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_script_has_help_and_no_findings_of_shellcheck(string name)
    {
        var script = Repository.PathOf("scripts", name);

        var help = await Tool.RunAsync(script, "--help");
        Assert.Contains($"Usage: {name} [OPTIONS]", help.Output, StringComparison.Ordinal);
        Assert.Equal("", help.Error);
        var found = await Tool.TryAsync("shellcheck", script);
        Assert.True(found.Exit == 0, found.Output);
        Assert.All(await File.ReadAllLinesAsync(script, TestContext.Current.CancellationToken), line => Assert.InRange(line.Length, 0, 150));
    }

    [Theory]
    [InlineData("no package, folder or tarball given")]
    [InlineData("--listen must be ADDRESS:PORT, not 'fleet'", "--listen", "fleet", "release")]
    [InlineData("unknown option --port", "--port", "1", "release")]
    public async Task Provision_refuses_wrong_arguments(string message, params string[] arguments)
    {
        var run = await Tool.TryAsync(Repository.PathOf("scripts", "provision.sh"), arguments);

        Assert.Equal(2, run.Exit);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }
}
