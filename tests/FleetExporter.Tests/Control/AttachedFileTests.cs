using System.Globalization;
using FleetExporter.Control;
using FleetExporter.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.Tests.Control;

public sealed class AttachedFileTests : IDisposable
{
    private static readonly DateTimeOffset Created = DateTimeOffset.FromUnixTimeSeconds(1767222000);

    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.PathOf("attached.json");

    [Fact]
    public void The_sessions_of_an_older_version_are_read_and_the_file_is_deleted_when_asked()
    {
        var file = Write(
            """
            {
              "a\nann\n$1\n1767222000": { "Attached": "2026-01-02T03:04:05.6789+00:00", "SeenAt": "2026-01-03T00:00:00+00:00" },
              "a\nbo\u0000b\n$1\n1767222000": { "Attached": "2026-01-02T00:00:00+00:00", "SeenAt": "2026-01-03T00:00:00+00:00" },
              "a\nann\nnosession\n1767222000": { "Attached": "2026-01-02T00:00:00+00:00", "SeenAt": "2026-01-03T00:00:00+00:00" },
              "a\nann\n$2": { "Attached": "2026-01-02T00:00:00+00:00", "SeenAt": "2026-01-03T00:00:00+00:00" },
              "a\nann\n$3\n99999999999999": { "Attached": "2026-01-02T00:00:00+00:00", "SeenAt": "2026-01-03T00:00:00+00:00" },
              "a\nann\n$4\n1767222000": null
            }
            """);

        var seen = new DateTimeOffset(2026, 1, 3, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(
            [
                new AttachedSession("a", "ann", "$1", Created, DateTimeOffset.Parse("2026-01-02T03:04:05.6789Z", CultureInfo.InvariantCulture), seen),
                new AttachedSession("a", "bo b", "$1", Created, seen.AddDays(-1), seen),
            ],
            file.Read());
        Assert.True(File.Exists(Path));

        file.Delete();
        Assert.False(File.Exists(Path));
        Assert.Null(file.Read());
    }

    [Fact]
    public void Of_each_host_those_seen_last_are_taken()
    {
        var entries = Enumerable.Range(0, 3_000).Select(i =>
            $"\"h{i % 2}\\nann\\n${i}\\n1767222000\": {{ \"Attached\": \"2026-01-01T00:00:00Z\", \"SeenAt\": \"{Created.AddSeconds(i):O}\" }}");
        var file = Write($"{{{string.Join(',', entries)}}}");

        var hosts = file.Read()!.GroupBy(s => s.Host).ToDictionary(g => g.Key, g => g.ToList());

        Assert.Equal(["h0", "h1"], hosts.Keys.Order());
        Assert.All(hosts.Values, h => Assert.Equal(AttachedSessions.MaxPerHost, h.Count));
        Assert.Equal(Created.AddSeconds(2_999), hosts["h1"].Max(s => s.SeenAt));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ not json")]
    [InlineData("[1, 2]")]
    [InlineData("{\"a\\nann\\n$1\\n1\": 5}")]
    [InlineData("{\"a\\nan\\ud800n\\n$1\\n1\": {}}")]
    public void A_damaged_file_is_left_aside(string text)
    {
        Assert.Null(Write(text).Read());

        Assert.False(File.Exists(Path));
        Assert.Equal(text, File.ReadAllText(Path + ".unreadable"));
    }

    [Fact]
    public void A_file_of_more_than_16_MiB_is_left_aside_unread()
    {
        var file = Write("{}");
        Assert.Empty(file.Read()!);
        using (var large = File.OpenWrite(Path))
        {
            large.SetLength((16 * 1024 * 1024) + 1);
        }

        Assert.Null(file.Read());
        Assert.True(File.Exists(Path + ".unreadable"));
    }

    public void Dispose() => _folder.Dispose();

    private AttachedFile Write(string text) => new(_folder.Write("attached.json", text), NullLogger<AttachedFile>.Instance);
}
