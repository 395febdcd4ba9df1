using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class ContainerNamesTests
{
    private static readonly string First = new('a', 64);
    private static readonly string Second = new('b', 64);

    [Fact]
    public void Names_of_all_engines_are_found_by_id()
    {
        var names = ContainerNames.Parse($"docker:0\n{First} vllm-70b,alias/vllm\n\npodman:0\n{Second} trainer\n");

        Assert.Equal(("vllm-70b", "trainer", 2), (names[First], names[Second], names.Count));
    }

    [Fact]
    public void One_engine_that_answers_is_enough()
    {
        var names = ContainerNames.Parse($"docker:1\npermission denied while trying to connect\n{First} forged\n\npodman:0\n{Second} trainer");

        Assert.Equal("trainer", Assert.Single(names).Value);
    }

    [Theory]
    [InlineData("docker:1\npermission denied while trying to connect to the docker API at unix:///run/docker.sock\n", CollectorFailure.Permission)]
    [InlineData("docker:1\nCannot connect to the Docker daemon at unix:///run/docker.sock. Is it running?\n", CollectorFailure.ToolMissing)]
    [InlineData("", CollectorFailure.ToolMissing)]
    public void Without_an_answer_the_complaint_is_the_message(string body, CollectorFailure reason)
    {
        var failure = Assert.Throws<ToolFailureException>(() => ContainerNames.Parse(body));

        Assert.Equal(reason, failure.Reason);
        Assert.NotEmpty(failure.Message);
    }

    [Fact]
    public void Names_are_printable_and_other_lines_ignored()
    {
        var names = ContainerNames.Parse(
            $"docker:0\n{First} a\u001b[31m{new string('x', 500)}\n{First[..12]} short\n{Second.ToUpperInvariant()} X\nwarning: y");

        Assert.Equal(First, Assert.Single(names).Key);
        Assert.DoesNotContain('\u001b', names[First]);
        Assert.Equal(128, names[First].Length);
    }
}
