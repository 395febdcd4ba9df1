using System.Text.Json;
using FleetExporter.Access;
using FleetExporter.Cli;
using FleetExporter.Config;

namespace FleetExporter.Tests.Access;

public sealed class AdminKeyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => _folder.PathOf("data");

    [Fact]
    public void The_first_start_creates_the_key_readable_by_its_owner_only()
    {
        var made = AdminKey.Open(Data);

        Assert.True(made.Made);
        var text = File.ReadAllText(made.Path);
        Assert.Matches("^fleet_[A-Za-z0-9_-]{43}\n$", text);
        Assert.Equal(KeyHash.Of(text.TrimEnd()), made.Hash);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(made.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Data));
        Assert.Equal([made.Path], Directory.GetFiles(Data));

        var again = AdminKey.Open(Data);
        Assert.False(again.Made);
        Assert.Equal(made.Hash, again.Hash);
    }

    [Fact]
    public async Task Concurrent_starts_create_one_key()
    {
        for (var round = 0; round < 100; round++)
        {
            var data = Path.Combine(Data, $"{round}");
            using var together = new Barrier(8);
            var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait(TestContext.Current.CancellationToken);
                    return AdminKey.Open(data);
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

            Assert.Single(all.Select(a => a.Hash).Distinct());
            Assert.Single(all, a => a.Made);
            Assert.Single(Directory.GetFiles(data));
        }
    }

    [Fact]
    public void An_empty_key_file_of_a_crashed_start_is_filled()
    {
        Directory.CreateDirectory(Data);
        var path = _folder.Write("data/admin.key", "");

        var made = AdminKey.Open(Data);

        Assert.True(made.Made);
        Assert.Equal(KeyHash.Of(File.ReadAllText(path).TrimEnd()), made.Hash);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("short\n")]
    [InlineData("two words that are long enough\n")]
    public void An_invalid_key_file_is_rejected_and_not_changed(string text)
    {
        Directory.CreateDirectory(Data);
        _folder.Write("data/admin.key", text);

        var failure = Assert.Throws<FormatException>(() => AdminKey.Open(Data));

        Assert.Contains("admin.key does not hold a key", failure.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(_folder.PathOf("data/admin.key")));
    }

    [Fact]
    public void A_new_key_is_shown_once_with_an_entry_that_the_file_takes()
    {
        using var output = new StringWriter();

        Assert.Equal(0, KeyCommand.CreateKey("my key", ["read", "control"], "json", output));

        var made = JsonDocument.Parse(output.ToString()).RootElement;
        var entry = Assert.Single(Config.Yml.Load($"keys:\n{made.GetProperty("fleet_yml").GetString()}\n").Keys);
        Assert.Equal(("my key", KeyHash.Of(made.GetProperty("key").GetString()!)), (entry.Name, entry.Hash));
        Assert.Equal([Scope.Read, Scope.Control], entry.Scopes);
    }

    [Fact]
    public void The_key_of_a_device_comes_with_its_entry_and_the_line_that_the_agent_needs()
    {
        using var json = new StringWriter();
        using var text = new StringWriter();

        Assert.Equal(0, KeyCommand.CreateDeviceKey("the beast", "json", json));
        Assert.Equal(0, KeyCommand.CreateDeviceKey("beast", "text", text));

        var made = JsonDocument.Parse(json.ToString()).RootElement;
        var device = Assert.Single(Config.Yml.Load($"devices:\n{made.GetProperty("fleet_yml").GetString()}\n").Devices);
        Assert.Equal(("the beast", KeyHash.Of(made.GetProperty("key").GetString()!)), (device.Name, device.KeyHash));
        var lines = text.ToString().Split('\n');
        Assert.Equal("It is not shown again. Add to fleet.yml under devices:", lines[1]);
        var shown = Assert.Single(Config.Yml.Load($"devices:\n{lines[2]}\n").Devices);
        Assert.Equal(("beast", KeyHash.Of(lines[0]["key: ".Length..])), (shown.Name, shown.KeyHash));
        Assert.Equal("  fleet-exporter agent --push https://THIS-SERVICE:9470 --key-file device.key", lines[4]);
    }

    public void Dispose() => _folder.Dispose();
}
