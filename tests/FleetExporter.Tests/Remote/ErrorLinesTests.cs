using System.Text;
using FleetExporter.Remote;

namespace FleetExporter.Tests.Remote;

public sealed class ErrorLinesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(5000)]
    public void Output_in_pieces_of_any_size_gives_the_same_lines(int piece)
    {
        var bytes = Encoding.UTF8.GetBytes($"first\r\n\n zwei é🚀\n{new string('x', 1000)}\nlast");
        var lines = new ErrorLines();
        for (var at = 0; at < bytes.Length; at += piece)
        {
            lines.Push(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
        }

        lines.Complete();
        Assert.Equal(["first", " zwei é🚀", new string('x', 400), "last"], lines.Text.Split('\n'));
    }

    [Fact]
    public void Only_the_last_lines_are_kept()
    {
        var lines = new ErrorLines();
        lines.Push(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(n => $"{n}\n"))));
        Assert.Equal(Enumerable.Range(920, 80).Select(n => $"{n}"), lines.Text.Split('\n'));
    }
}
