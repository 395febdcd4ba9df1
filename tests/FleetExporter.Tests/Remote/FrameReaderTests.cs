using System.Text;
using FleetExporter.Remote;
using FsCheck;
using FsCheck.Fluent;

namespace FleetExporter.Tests.Remote;

public sealed class FrameReaderTests
{
    private const string Nonce = "0123456789abcdef0123456789abcdef";
    private const string Header = "\n@" + Nonce + " ";

    private readonly FrameReader _reader = new(Nonce);

    [Fact]
    public void A_frame_is_split_into_its_sections()
    {
        var items = Read($"{Header}frame 7 12.50\n{Section("host", "a\nb")}{Section("df", "", status: 1)}{Header}end 7\n");

        Assert.Equal(
            [new FrameItem.Body("host", 0, 12.5, 12.51, "a\nb"), new FrameItem.Body("df", 1, 12.5, 12.51, ""), new FrameItem.FrameEnd(7)], items);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Welcome to Debian!\n\nLast login: today\n")]
    [InlineData("no line feed at the end")]
    [InlineData("\n@0123 frame 1 2\n\n@\n@@@")]
    public void Everything_before_the_first_header_is_ignored(string noise)
    {
        var hello = Assert.IsType<FrameItem.Hello>(Assert.Single(Read($"{noise}{Header}hello 1 pid=12 up=3.45\n")));

        Assert.Equal(["pid=12", "up=3.45"], hello.Pairs);
    }

    [Fact]
    public void Reading_byte_by_byte_gives_the_same_items()
    {
        var items = new List<FrameItem>();
        foreach (var b in Encoding.UTF8.GetBytes($"motd{Section("tmux", "S$1:é\n")}{Header}end 3\n"))
        {
            _reader.Push([b]);
            items.AddRange(Drain());
        }

        Assert.Equal([new FrameItem.Body("tmux", 0, 12.5, 12.51, "S$1:é\n"), new FrameItem.FrameEnd(3)], items);
    }

    [Theory]
    [InlineData("\n@0123 end 0\n@0123 .\n")]
    [InlineData("\r\n\r\n")]
    [InlineData("@0123456789abcdef0123456789abcdef end 0\n")]
    [InlineData("\n\n\n")]
    public void A_body_may_look_like_headers(string body)
    {
        var item = Assert.IsType<FrameItem.Body>(Read(Section("tmux", body))[0]);

        Assert.Equal(body, item.Text);
    }

    [Fact]
    public void Invalid_UTF_8_is_replaced_and_its_bytes_are_counted()
    {
        byte[] body = [(byte)'a', 0xff, 0xc3, (byte)'b'];
        _reader.Push([.. Encoding.ASCII.GetBytes($"{Header}x 0 1 1 4\n"), .. body, .. Encoding.ASCII.GetBytes($"{Header}.\n{Header}end 1\n")]);

        Assert.Equal([new FrameItem.Body("x", 0, 1, 1, "a\ufffd\ufffdb"), new FrameItem.FrameEnd(1)], Drain());
    }

    [Fact]
    public void A_terminal_is_reported_and_does_not_block_the_reader()
    {
        var items = Read($"\r{Header}hello 1 pid=1 up=2\r\n{Header}end 1\n");

        Assert.Contains("terminal", Assert.IsType<FrameItem.Broken>(items[0]).Problem, StringComparison.Ordinal);
        Assert.Equal([new FrameItem.FrameEnd(1)], items.Skip(1));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(60)]
    public void A_wrong_body_length_damages_only_its_section(int length)
    {
        var items = Read($"{Header}gpu 0 1.00 1.00 {length}\nabcd{Header}.\n{Section("xid", "fine")}{Header}end 9\n");

        Assert.Equal("gpu", Assert.IsType<FrameItem.Broken>(items[0]).Section);
        Assert.Equal([new FrameItem.Body("xid", 0, 12.5, 12.51, "fine"), new FrameItem.FrameEnd(9)], items.Skip(1));
    }

    [Fact]
    public void A_long_body_in_pieces_of_one_byte_is_searched_once()
    {
        // If each piece caused a new search, these four million bytes would take an hour.
        var body = new string('x', FrameReader.MaxBody);
        FrameItem? item = null;
        foreach (var piece in Encoding.UTF8.GetBytes(Section("gpu", body)))
        {
            _reader.Push([piece]);
            item ??= _reader.TryRead();
        }

        Assert.Equal(body, Assert.IsType<FrameItem.Body>(item).Text);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public void A_body_that_is_too_short_is_detected_in_pieces_of_any_size(int piece)
    {
        var bytes = Encoding.UTF8.GetBytes($"{Header}gpu 0 1.00 1.00 9000\n{new string('x', 500)}{Section("xid", "fine")}");
        List<FrameItem> items = [];
        foreach (var part in bytes.Chunk(piece))
        {
            _reader.Push(part);
            while (_reader.TryRead() is { } item)
            {
                items.Add(item);
            }
        }

        Assert.Equal([new FrameItem.Broken("gpu", "body is shorter than its header says"), new FrameItem.Body("xid", 0, 12.5, 12.51, "fine")], items);
    }

    [Fact]
    public void A_body_over_the_limit_is_damaged_and_skipped()
    {
        var items =
            Read($"{Header}gpu 0 1 1 {FrameReader.MaxBody + 1}\n{new string('x', FrameReader.MaxBody + 1)}{Header}.\n{Section("xid", "fine")}");

        var broken = Assert.IsType<FrameItem.Broken>(items[0]);
        Assert.Equal(
            ("gpu", $"body of {FrameReader.MaxBody + 1} bytes exceeds the limit of {FrameReader.MaxBody}"), (broken.Section, broken.Problem));
        Assert.Equal([new FrameItem.Body("xid", 0, 12.5, 12.51, "fine")], items.Skip(1));
    }

    [Fact]
    public void A_body_of_the_maximum_length_is_accepted()
    {
        var body = new string('x', FrameReader.MaxBody);

        Assert.Equal(body, Assert.IsType<FrameItem.Body>(Assert.Single(Read(Section("gpu", body)))).Text);
    }

    [Theory]
    [InlineData("gpu 0 1 1")]
    [InlineData("gpu 0 1 1 -4")]
    [InlineData("gpu zero 1 1 4")]
    [InlineData("gpu 0 1 1 99999999999")]
    [InlineData("gpu 0 NaN 1 4")]
    [InlineData("gpu 0 1 Infinity 4")]
    [InlineData("gpu 0 1 99999999999999999999 4")]
    [InlineData("gpu 0 -1 1 4")]
    [InlineData("hello 2")]
    [InlineData("end soon")]
    [InlineData("")]
    public void An_invalid_header_is_skipped(string header)
    {
        var items = Read($"{Header}{header}\nabcd{Section("xid", "fine")}");

        Assert.Equal("", Assert.IsType<FrameItem.Broken>(items[0]).Section);
        Assert.Equal([new FrameItem.Body("xid", 0, 12.5, 12.51, "fine")], items.Skip(1));
    }

    [Fact]
    public void An_unterminated_header_is_skipped()
    {
        Assert.Equal([new FrameItem.Broken("", "header is not terminated")], Read($"{Header}{new string('x', 2000)}"));
        Assert.Equal([new FrameItem.Body("xid", 0, 12.5, 12.51, "fine")], Read(Section("xid", "fine")));
    }

    [Fact]
    public void A_stuck_stream_names_the_hung_processes() =>
        Assert.Equal(new FrameItem.Stuck("12 345"), Assert.Single(Read($"{Header}stuck 12 345\n")));

    [Fact]
    public void Headers_that_are_no_items_may_occur_any_number_of_times()
    {
        var items = Read(string.Concat(Enumerable.Repeat($"{Header}.\n", 200_000)) + Section("xid", "fine"));

        Assert.Equal([new FrameItem.Body("xid", 0, 12.5, 12.51, "fine")], items);
    }

    [Fact]
    public void Any_sections_in_any_pieces_are_read_unchanged()
    {
        var text = Gen.OneOf(
            Gen.Elements("", "\n", "\r\n", Header, $"{Header}end 0\n"[..20], "\n@0123 . ", "é🚀", new string('x', 5000)),
            ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(s.Get))));
        var body = text.ListOf().Select(string.Concat).Where(b => !b.Contains(Header, StringComparison.Ordinal));
        var cases =
            from bodies in body.ListOf()
            from pieces in Gen.Choose(1, 3000).NonEmptyListOf()
            select (bodies, pieces);

        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var reader = new FrameReader(Nonce);
            var bytes = Encoding.UTF8.GetBytes("motd" + string.Concat(c.bodies.Select((b, i) => Section("s" + i, b))) + $"{Header}end 5\n");
            var found = new List<FrameItem>();
            for (int at = 0, piece = 0; at < bytes.Length; piece++)
            {
                var length = Math.Min(c.pieces[piece % c.pieces.Count], bytes.Length - at);
                reader.Push(bytes.AsSpan(at, length));
                at += length;
                found.AddRange(Drain(reader));
            }

            return found.SequenceEqual([.. c.bodies.Select((b, i) => new FrameItem.Body("s" + i, 0, 12.5, 12.51, b)), new FrameItem.FrameEnd(5)]);
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void Readers_share_buffers_and_keep_what_belongs_to_them()
    {
        var readers = Enumerable.Range(0, 8).Select(_ => new FrameReader(Nonce)).ToList();
        var bodies = readers.Select((_, n) => new string((char)('a' + n), 9000)).ToList();
        for (var round = 0; round < 3; round++)
        {
            var frames = bodies.Select(b => Encoding.UTF8.GetBytes(Section("s", b))).ToList();
            for (var half = 0; half < 2; half++)
            {
                for (var n = 0; n < readers.Count; n++)
                {
                    readers[n].Push(half == 0 ? frames[n].AsSpan(0, 4500) : frames[n].AsSpan(4500));
                    var items = Drain(readers[n]);
                    Assert.Equal(half == 0 ? [] : [new FrameItem.Body("s", 0, 12.5, 12.51, bodies[n])], items);
                }
            }
        }
    }

    [Fact]
    public void Any_bytes_are_read_to_the_end_without_an_exception()
    {
        var piece = Gen.OneOf(
            ArbMap.Default.GeneratorFor<byte[]>().Select(b => b ?? []),
            Gen.Elements(
                Header, "hello 1 ", "frame 1 2\n", "end 1\n", ".\n", "stuck 1\n", "gpu 0 1 1 3\n", "gpu 0 1 1 999\n", "\r\n", " ", "\n", "abc")
                .Select(Encoding.ASCII.GetBytes));

        Prop.ForAll(piece.ListOf().ToArbitrary(), pieces =>
        {
            var reader = new FrameReader(Nonce);
            var found = pieces.Sum(bytes =>
            {
                reader.Push(bytes);
                return Drain(reader).Count;
            });
            return found <= pieces.Count;
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static string Section(string name, string body, int status = 0) =>
        $"{Header}{name} {status} 12.50 12.51 {Encoding.UTF8.GetByteCount(body)}\n{body}{Header}.\n";

    private static List<FrameItem> Drain(FrameReader reader)
    {
        var items = new List<FrameItem>();
        while (reader.TryRead() is { } item)
        {
            items.Add(item);
            Assert.True(items.Count < 10_000, "the reader does not come to an end");
        }

        return items;
    }

    private List<FrameItem> Drain() => Drain(_reader);

    private List<FrameItem> Read(string text)
    {
        _reader.Push(Encoding.UTF8.GetBytes(text));
        return Drain();
    }
}
