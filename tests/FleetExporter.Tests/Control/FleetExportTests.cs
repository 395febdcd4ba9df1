using FleetExporter.Control;
using FleetExporter.Store;
using FleetExporter.Tests.Config;

namespace FleetExporter.Tests.Control;

public sealed class FleetExportTests
{
    [Fact]
    public void Every_value_stays_the_text_it_is()
    {
        string[] names = ["1e3", "null", "yes", "0o17", "1_000", "12.30", "true", "a b", "0x1F", "2026-01-01"];
        string[] files =
        [
            "/k/plain", "/k/a b", "/k/é\"quoted\"", "/k/back\\slash", "/k/${HOME}", "/k/$${x}", "/k/# no comment", "/k/: x", "/k/'", "/k/{}",
        ];
        var connections = names.Zip(files, (name, file) => new Connection
        {
            Name = name,
            Hostname = "h",
            SshKeyPath = file,
            IsActive = name.Length % 2 == 0,
        }).ToList();

        var text = FleetExport.Yaml("one\n\ntwo", connections, []);

        Assert.StartsWith("# one\n#\n# two\nhosts:\n", text, StringComparison.Ordinal);
        var loaded = Yml.Load(text);
        Assert.Equal(
            connections.OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => WatchedConnection.HostOf(c, loaded)), loaded.Hosts);
    }

    [Fact]
    public void Hosts_of_the_file_are_left_out_and_no_host_is_an_empty_list()
    {
        var text = FleetExport.Yaml("x", [new Connection { Name = "a", Hostname = "h", Source = ConnectionSource.File }], []);

        Assert.Equal("# x\nhosts: []\n", text);
        Assert.Empty(Yml.Load(text).Hosts);
    }

    [Fact]
    public void An_item_is_readable()
    {
        var connection = new Connection { Name = "dgx-1", Hostname = "::1", Port = 22, Username = "ann", IsActive = false };

        Assert.Equal(
            """
            # x
            hosts:
            # disconnected
              - name: "dgx-1"
                address: "[::1]:22"
                user: "ann"
                exec:
                  policy: "any"

            """,
            FleetExport.Yaml("x", [connection], []).ReplaceLineEndings("\n"));
    }
}
