using System.Text;
using FleetExporter.Api.Actions;
using FsCheck;
using FsCheck.Fluent;

namespace FleetExporter.Tests.Api.Actions;

public sealed class OutputTextTests
{
    [Fact]
    public void Text_stays_text_and_bytes_become_base64()
    {
        Assert.Equal(new OutputText("ä\u001b[0m", "utf-8"), OutputText.Of("ä\u001b[0m"u8));
        Assert.Equal(new OutputText("/wA=", "base64"), OutputText.Of([0xff, 0]));
    }

    [Fact]
    public void Bytes_hide_no_text_around_them_and_all_of_them_arrive()
    {
        Assert.Equal(
            [new OutputText("ä one\n", "utf-8"), new OutputText("/2JhZAo=", "base64"), new OutputText("two", "utf-8")],
            OutputText.Pieces([.. "ä one\n"u8, 0xff, .. "bad\ntwo"u8]));
        foreach (var bytes in ArbMap.Default.GeneratorFor<byte[]>().Sample(300, 40))
        {
            var pieces = OutputText.Pieces(bytes);
            Assert.Equal(bytes, pieces.SelectMany(p => p.Encoding == "utf-8" ? Encoding.UTF8.GetBytes(p.Data) : Convert.FromBase64String(p.Data)));
            Assert.DoesNotContain(pieces, p => p.Data.Length == 0);
        }
    }

    // Cut anywhere: what is whole is valid, and nothing is held back for longer than one character.
    [Fact]
    public void A_character_that_is_cut_is_held_back()
    {
        var texts = ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => s.Get + "€😀ä").Where(s =>
            Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(s)) == s);
        foreach (var text in texts.Sample(200, 20))
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            for (var cut = 0; cut <= bytes.Length; cut++)
            {
                var held = OutputText.Unfinished(bytes.AsSpan(0, cut));

                Assert.InRange(held, 0, 3);
                Assert.Equal("utf-8", OutputText.Of(bytes.AsSpan(0, cut - held)).Encoding);
            }
        }
    }

    [Theory]
    [InlineData(new byte[0], 0)]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80 }, 0)]
    [InlineData(new byte[] { 0xe2, 0x82 }, 2)]
    [InlineData(new byte[] { 0xe2, 0x82, 0xac }, 0)]
    [InlineData(new byte[] { 0xf0, 0x9f, 0x98 }, 3)]
    public void What_is_no_beginning_is_not_held_back(byte[] bytes, int held) => Assert.Equal(held, OutputText.Unfinished(bytes));
}
