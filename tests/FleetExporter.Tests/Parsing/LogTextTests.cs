using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class LogTextTests
{
    [Theory]
    [InlineData("login failed: password=hunter2 for ann", "login failed: password=… for ann")]
    [InlineData("PGPASSWORD='two words' set", "PGPASSWORD=… set")]
    [InlineData("""{"token": "abc def", "user": "ann"}""", """{"token": …, "user": "ann"}""")]
    [InlineData("started with --api-key s3cr3t --port 80", "started with --api-key … --port 80")]
    [InlineData("Authorization: Bearer abcdef123456", "Authorization: … …")]
    [InlineData("curl -H 'X: Basic dXNlcjpwYXNz' failed", "curl -H 'X: Basic …' failed")]
    [InlineData("connecting to postgres://ann:pw@db/x", "connecting to postgres://…@db/x")]
    [InlineData("key sk-abcdefghijklmnopqrstuv is invalid", "key … is invalid")]
    [InlineData("HF hf_abcdefghijklmnopqrst", "HF …")]
    [InlineData("cookie: session=abc; path=/", "cookie: …; path=/")]
    public void What_looks_like_a_secret_is_masked(string line, string masked) => Assert.Equal(masked, LogText.Mask(line));

    [Theory]
    [InlineData("2026-11-28T10:00:00+0000 box sshd[12]: Accepted publickey for ann from 10.0.0.1 port 22")]
    [InlineData("generated 120 tokens: 14 per second")]
    [InlineData("token limit reached")]
    [InlineData("GET https://example.org/a:b?x=1 200")]
    [InlineData("")]
    public void Other_text_is_unchanged(string line) => Assert.Equal(line, LogText.Mask(line));

    [Fact]
    public void A_long_hostile_line_is_masked_in_time()
    {
        var line = string.Concat(Enumerable.Repeat("password=secret --token secret\"'", 40));

        Assert.DoesNotContain("secret", LogText.Mask(line), StringComparison.Ordinal);
    }
}
