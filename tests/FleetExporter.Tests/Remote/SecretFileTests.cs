using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Remote;

public sealed class SecretFileTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_is_one_line_and_a_new_one_is_used_at_once()
    {
        using var folder = new TemporaryFolder();

        Assert.Null(await SecretFile.ReadAsync(null, Stop));
        Assert.Equal("sk-1", await SecretFile.ReadAsync(folder.Write("key", "sk-1\n"), Stop));
        Assert.Equal("sk-2", await SecretFile.ReadAsync(folder.Write("key", "  sk-2\r\n"), Stop));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("two words")]
    [InlineData("sk\r\nX-Evil: 1")]
    [InlineData("schlüssel")]
    [InlineData(null)]
    public async Task An_invalid_key_is_a_failure_that_names_the_file_but_not_its_text(string? text)
    {
        using var folder = new TemporaryFolder();
        var path = text is null ? folder.PathOf("absent") : folder.Write("key", text);

        var failure = await Assert.ThrowsAsync<TargetFailureException>(() => SecretFile.ReadAsync(path, Stop));

        Assert.Equal(TargetFailure.Auth, failure.Reason);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Evil", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_too_long_for_a_key_is_not_read()
    {
        using var folder = new TemporaryFolder();

        await Assert.ThrowsAsync<TargetFailureException>(() => SecretFile.ReadAsync(folder.Write("key", new string('k', 5000)), Stop));
    }
}
