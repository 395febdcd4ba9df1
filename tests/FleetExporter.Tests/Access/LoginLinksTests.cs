using FleetExporter.Access;
using FleetExporter.Config;

namespace FleetExporter.Tests.Access;

public sealed class LoginLinksTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeClock _clock = new();

    private LoginLinks Links => new(_folder.PathOf("data"), _clock);

    private string[] Files => Directory.GetFiles(Links.Folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_code_works_once_and_another_process_redeems_it()
    {
        var (code, expires) = Links.Create();

        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromMinutes(15), expires);
        Assert.Equal(43, code.Length);
        Assert.True(Links.Redeem(code));
        Assert.False(Links.Redeem(code));
        Assert.Empty(Files);
    }

    [Fact]
    public void Only_the_owner_can_read_the_folder_and_the_file_does_not_hold_the_code()
    {
        var (code, _) = Links.Create();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Links.Folder));
        var file = Assert.Single(Files);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.StartsWith(KeyHash.Of(code).Hex, Path.GetFileName(file), StringComparison.Ordinal);
        Assert.Equal(0, new FileInfo(file).Length);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(3600, false)]
    public void A_code_expires_after_15_minutes(int seconds, bool works)
    {
        var (code, _) = Links.Create();
        _clock.Advance(LoginLinks.Lifetime + TimeSpan.FromSeconds(seconds));

        Assert.Equal(works, Links.Redeem(code));
        Assert.Empty(Files);
    }

    [Fact]
    public void A_clock_that_is_set_back_extends_no_code()
    {
        var (code, _) = Links.Create();
        _clock.SetWall(TimeSpan.FromHours(-1));

        Assert.False(Links.Redeem(code));
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("../admin.key")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_wrong_code_uses_up_nothing(string wrong)
    {
        Assert.False(Links.Redeem(wrong));
        var (code, _) = Links.Create();

        Assert.False(Links.Redeem(wrong));
        Assert.False(Links.Redeem(code + "A"));
        Assert.True(Links.Redeem(code));
    }

    [Fact]
    public void Expired_codes_and_foreign_files_are_purged_and_at_most_20_are_open()
    {
        Links.Open();
        Links.Create();
        File.WriteAllText(Path.Combine(Links.Folder, "used-0"), "");
        _clock.Advance(TimeSpan.FromMinutes(16));
        var codes = new List<string>();
        for (var i = 0; i < 25; i++)
        {
            codes.Add(Links.Create().Code);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(LoginLinks.MaxOpen, Files.Length);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => i >= 5), codes.Select(Links.Redeem));
        Links.Create();
        _clock.Advance(TimeSpan.FromMinutes(16));
        Links.Open();
        Assert.Empty(Files);
    }

    [Fact]
    public async Task Of_concurrent_uses_one_succeeds()
    {
        for (var n = 0; n < 50; n++)
        {
            var (code, _) = Links.Create();
            using var start = new Barrier(4);
            var uses = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return Links.Redeem(code);
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default));

            Assert.Single(await Task.WhenAll(uses), worked => worked);
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:9470", "http://127.0.0.1:9470/")]
    [InlineData("https://0.0.0.0:443", "https://127.0.0.1/")]
    [InlineData("http://[::]:9470", "http://[::1]:9470/")]
    [InlineData("http://[::1]:9470", "http://[::1]:9470/")]
    [InlineData("http://localhost:9470", "http://localhost:9470/")]
    [InlineData("http://10.0.0.7:9470", null)]
    public void The_link_leads_to_a_loopback_address(string address, string? link)
    {
        Directory.CreateDirectory(_folder.PathOf("data"));
        AddressFile.Write(_folder.PathOf("data"), address);

        Assert.Equal(link, AddressFile.Local(AddressFile.Read(_folder.PathOf("data"))!)?.ToString());
        AddressFile.Remove(_folder.PathOf("data"));
        Assert.Null(AddressFile.Read(_folder.PathOf("data")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no url")]
    [InlineData("file:///etc/passwd")]
    public void A_damaged_address_is_ignored(string text)
    {
        Directory.CreateDirectory(_folder.PathOf("data"));
        _folder.Write("data/address", text);

        Assert.Null(AddressFile.Read(_folder.PathOf("data")));
    }
}
