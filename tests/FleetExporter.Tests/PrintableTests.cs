namespace FleetExporter.Tests;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain", 10, "plain")]
    [InlineData("two\nlines\r\tand tab", 40, "two lines  and tab")]
    [InlineData("\u001b[31mred\u0007", 40, "[31mred")]
    [InlineData("abc\u202edef\u2066", 40, "abc def")]
    [InlineData("a\u200bb\u2028c\u061cd\ufeffe", 40, "a b c d e")]
    [InlineData("C1 \u009b31m", 40, "C1  31m")]
    [InlineData("日本 ü 🚀", 40, "日本 ü 🚀")]
    [InlineData("long enough", 4, "long")]
    [InlineData("12🚀", 3, "12")]
    public void A_line_has_no_characters_that_change_how_it_is_shown(string text, int length, string printed) =>
        Assert.Equal(printed, Printable.Line(text, length));

    [Fact]
    public void Halves_of_surrogate_pairs_are_blanks() => Assert.Equal(
        ("a b", " ", "🚀 "), (Printable.Text("a\ud800b"), Printable.Text("\udc00"), Printable.Text("\ud83d\ude80\ud83d")));
}
