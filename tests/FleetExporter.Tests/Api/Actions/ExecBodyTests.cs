using FleetExporter.Api.Actions;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Api.Actions;

public sealed class ExecBodyTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void What_is_not_given_has_a_default()
    {
        Assert.Equal(new CommandRequest("id", TimeSpan.FromSeconds(60)), new ExecBody("id", null, null, null).On("a").Check(Hour).Request);
        Assert.Equal(TimeSpan.FromSeconds(5), new ExecBody("id", null, null, null).On("a").Check(TimeSpan.FromSeconds(5)).Request!.Limit);
    }

    [Theory]
    [InlineData(null, null, null, null, "command")]
    [InlineData("", null, null, null, "command")]
    [InlineData("a\0b", null, null, null, "command")]
    [InlineData("id", 0.0, null, null, "timeout_seconds")]
    [InlineData("id", 1.5, null, null, "timeout_seconds")]
    [InlineData("id", 3601.0, null, null, "timeout_seconds")]
    [InlineData("id", double.NaN, null, null, "timeout_seconds")]
    [InlineData("id", null, "here", null, "working_directory")]
    [InlineData("id", null, "/a\0", null, "working_directory")]
    [InlineData("id", null, null, "", "exec_id")]
    [InlineData("id", null, null, "a/b", "exec_id")]
    [InlineData("id", null, null, "a\n", "exec_id")]
    public void A_wrong_field_is_named(string? command, double? seconds, string? directory, string? id, string field)
    {
        var (request, errors) = new ExecBody(command, seconds, directory, id).On("a").Check(Hour);

        Assert.Null(request);
        Assert.Equal([field], errors.Keys);
    }

    [Fact]
    public void A_command_may_have_as_many_bytes_as_linux_takes_and_no_more()
    {
        Assert.NotNull(new ExecBody(new string('x', CommandRequest.MaxLength), null, null, null).On("a").Check(Hour).Request);
        Assert.Null(new ExecBody(new string('ä', (CommandRequest.MaxLength / 2) + 1), null, null, null).On("a").Check(Hour).Request);
    }

    [Fact]
    public void Its_text_never_stands_in_a_log() => Assert.Equal(nameof(ExecBody), new ExecBody("secret", null, null, null).ToString());
}
