using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class FilesystemsTests
{
    private const string Header = "Filesystem     Type 1-blocks  Used Available Capacity Mounted on\n";

    [Fact]
    public void Parse_BlanksInSourceAndTarget_AreKeptApart()
    {
        var result = Filesystems.Parse(HostCapture.Proc("vm-mountns.df.PT-B1.txt"));

        Assert.Equal(11, result.Items.Count);
        Assert.Empty(result.UnparsedLines);
        Assert.Equal(new Filesystem("/", "ext4", 270553174016, 75319279616), result.Items[0]);
        Assert.Contains(new Filesystem("/mnt/My Disk", "tmpfs", 1073741824, 1073741824), result.Items);
        Assert.Contains(new Filesystem("/mnt/täglich", "tmpfs", 67108864, 67108864), result.Items);
        Assert.Contains(new Filesystem("/mnt/a%b", "tmpfs", 1048576, 1048576), result.Items);
        Assert.Contains(new Filesystem("/mnt/new?line", "tmpfs", 2097152, 2097152), result.Items);
        Assert.Contains(new Filesystem("/mnt/full", "tmpfs", 1048576, 0), result.Items);
        Assert.Equal("/mnt/nested/very/long/path/for/a/mount/point/that/wraps", result.Items[^1].Mountpoint);
    }

    [Theory]
    [InlineData("1-blocks", 1)]
    [InlineData("1B-blocks", 1)]
    [InlineData("512-blocks", 512)]
    [InlineData("1024-blocks", 1024)]
    [InlineData("1K-blocks", 1024)]
    [InlineData("1M-blocks", 1048576)]
    [InlineData("1MB-blocks", 1000000)]
    public void Parse_BlockSize_ComesFromTheHeader(string column, long block)
    {
        var result = Filesystems.Parse($"Filesystem Type {column} Used Available Capacity Mounted on\n/dev/sda1 ext4 100 40 50 45% /");

        Assert.Equal([new Filesystem("/", "ext4", 100 * block, 50 * block)], result.Items);
    }

    [Fact]
    public void Parse_AMissingPathBesideOthers_IsAnUnparsedLine()
    {
        var missing = HostCapture.Proc("vm.df.missing-path.stderr.txt");

        var result = Filesystems.Parse(missing + Header + "/dev/sda1 ext4 100 40 50 45% /\n");

        Assert.Equal("/", Assert.Single(result.Items).Mountpoint);
        Assert.Equal(["df: /nonexistent: No such file or directory"], result.UnparsedLines);
    }

    [Fact]
    public void Parse_OnlyAMissingPath_ThrowsWithDfsSentence()
    {
        var failure = Assert.Throws<FormatException>(() => Filesystems.Parse(HostCapture.Proc("vm.df.missing-path.stderr.txt")));

        Assert.Contains("df: /nonexistent: No such file or directory", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dgx-spark-gb10.df-h.txt")]
    [InlineData("vm-mountns.df.P.txt")]
    [InlineData("vm-mountns.df.i.txt")]
    public void Parse_AnotherFormatOfDf_Throws(string capture) =>
        Assert.Throws<FormatException>(() => Filesystems.Parse(HostCapture.Proc(capture)));

    [Fact]
    public void Parse_TheSameColumnsByOutput_GiveTheSameFilesystems() =>
        Assert.Equal(
            Filesystems.Parse(HostCapture.Proc("vm-mountns.df.PT-B1.txt")).Items.Select(static f => (f.Mountpoint, f.Type, f.SizeBytes)),
            Filesystems.Parse(HostCapture.Proc("vm-mountns.df.output.txt")).Items.Select(static f => (f.Mountpoint, f.Type, f.SizeBytes)));

    [Fact]
    public void Parse_ALongHostileLine_TakesNoTime() =>
        Assert.Single(
            Filesystems.Parse(Header + string.Concat(Enumerable.Repeat("a 1 1 1 1% ", 100_000)) + "\n/dev/sda1 ext4 100 40 50 45% /").UnparsedLines);

    [Fact]
    public void Parse_OneFilesystemForTwoPaths_CountsOnce() =>
        Assert.Single(Filesystems.Parse(Header + "/dev/sda1 ext4 100 40 50 45% /\n/dev/sda1 ext4 100 40 50 45% /\n").Items);

    [Theory]
    [InlineData("proc proc 0 0 0 - /proc")]
    [InlineData("x fuse - - - - /x")]
    public void Parse_APseudoFilesystem_IsLeftOutSilently(string row)
    {
        var result = Filesystems.Parse(Header + row);

        Assert.Empty(result.Items);
        Assert.Empty(result.UnparsedLines);
    }

    [Fact]
    public void Parse_OverdrawnReserve_HasNothingAvailable() =>
        Assert.Equal(0, Assert.Single(Filesystems.Parse(Header + "/dev/sda1 ext4 100 105 -5 100% /").Items).AvailableBytes);

    [Fact]
    public void Parse_ANumberThatOverflows_IsAnUnparsedLine()
    {
        var result = Filesystems.Parse(Header + "/dev/sda1 ext4 99999999999999999999 1 1 1% /\n/dev/sdb1 xfs 10 1 9 10% /b");

        Assert.Equal("/b", Assert.Single(result.Items).Mountpoint);
        Assert.Single(result.UnparsedLines);
    }

    [Fact]
    public void Parse_Nothing_IsEmpty() => Assert.Empty(Filesystems.Parse(HostCapture.Proc("vm.df.missing-path.stdout.txt")).Items);
}
