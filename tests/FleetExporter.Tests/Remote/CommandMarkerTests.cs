using System.Text;
using FleetExporter.Remote;
using FsCheck.Fluent;

namespace FleetExporter.Tests.Remote;

public sealed class CommandMarkerTests
{
    private const string Id = "0123456789abcdef";

    // Output that resembles the start of the marker, in pieces of any size.
    [Fact]
    public void Output_is_unchanged_however_it_is_split()
    {
        var texts = Gen.Elements("\u0001", "\n", "@", "\u0001@0123", Id, " ", "exit 0 0", "x")
            .ListOf().Select(string.Concat).Where(t => !t.Contains($"\u0001@{Id} ", StringComparison.Ordinal));
        var cuts = Gen.Choose(1, 9).ListOf();
        foreach (var (text, cut) in texts.Zip(cuts).Sample(500, 40))
        {
            var marker = new CommandMarker(Id);
            var bytes = Encoding.ASCII.GetBytes($"{text}\u0001@{Id} exit 3 0\n");
            var output = new List<byte>();
            for (var (at, i) = (0, 0); at < bytes.Length; i++)
            {
                var length = Math.Min(cut.Count == 0 ? 7 : cut[i % cut.Count], bytes.Length - at);
                output.AddRange(marker.Push(bytes.AsSpan(at, length)).ToArray());
                at += length;
            }

            Assert.Equal(text, Encoding.ASCII.GetString([.. output]));
            Assert.Equal(("exit", 3, 0), marker.End);
        }
    }

    [Fact]
    public void Held_back_output_is_returned_if_the_stream_ends_without_the_final_line()
    {
        var marker = new CommandMarker(Id);

        Assert.Equal("abc", Encoding.ASCII.GetString(marker.Push("abc\u0001@0123"u8).Span));
        Assert.Equal("\u0001@0123", Encoding.ASCII.GetString(marker.Remainder().Span));
        Assert.Null(marker.End);
    }

    [Theory]
    [InlineData("exit")]
    [InlineData("exit x 0")]
    [InlineData("exit -1 0")]
    public void An_invalid_final_line_is_no_exit(string line)
    {
        var marker = new CommandMarker(Id);
        marker.Push(Encoding.ASCII.GetBytes($"\u0001@{Id} {line}\n"));

        Assert.Equal(("unknown", 0, 0), marker.End);
    }
}
