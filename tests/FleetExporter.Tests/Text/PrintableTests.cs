namespace FleetExporter.Tests.Text;

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
    [InlineData("12👩\u200d🚀", 6, "12")]
    [InlineData("12🇩🇪4", 5, "12")]
    [InlineData("ab\u0301c", 2, "a")]
    [InlineData("ab\u0301c", 3, "ab\u0301")]
    [InlineData("a\r\nb", 2, "a")]
    public void A_line_has_no_control_or_format_characters(string text, int length, string printed) =>
        Assert.Equal(printed, Printable.Line(text, length));

    [Fact]
    public void Unpaired_surrogates_become_blanks() => Assert.Equal(
        ("a b", " ", "🚀 "), (Printable.Text("a\ud800b"), Printable.Text("\udc00"), Printable.Text("\ud83d\ude80\ud83d")));

    [Fact]
    public void A_long_grapheme_is_truncated_at_a_code_point()
    {
        Assert.Equal("\u0301\u0301\u0301", Printable.Cut(new string('\u0301', 100_000), 3));
        Assert.Equal("👩", Printable.Cut("👩\u200d🚀", 4)[..2]);
        Assert.Equal("", Printable.Cut("🚀", 1));
        Assert.Equal("", Printable.Cut("ab", 0));
    }

    [Fact]
    public void Truncation_keeps_surrogate_pairs_and_the_limit()
    {
        var random = new Random(1);
        string[] parts = ["a", "é", "e\u0301", "🚀", "👩\u200d🚀", "🇩🇪", "\r\n", "\u200d", "\ufe0f", "한", "\ud83d", "\udc00"];
        for (var i = 0; i < 10_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => parts[random.Next(parts.Length)]));
            var length = random.Next(text.Length + 2);

            var cut = Printable.Cut(text, length);

            Assert.True(cut.Length <= length, text);
            Assert.StartsWith(cut, text, StringComparison.Ordinal);
            Assert.False(
                cut.Length > 0 && cut.Length < text.Length && char.IsHighSurrogate(cut[^1]) && char.IsLowSurrogate(text[cut.Length]), text);
        }
    }
}
