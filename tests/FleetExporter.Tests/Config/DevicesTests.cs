using FleetExporter.Config;
using FleetExporter.Views;

namespace FleetExporter.Tests.Config;

public sealed class DevicesTests
{
    private static readonly string Hash = KeyHash.Of("one").ToString();

    [Fact]
    public void Devices_are_bound()
    {
        var config = Yml.Load(
            $"devices:\n- {{ name: beast, key_hash: \"{Hash}\" }}\n- {{ name: other, key_hash: \"{KeyHash.Of("two")}\", stale_after: 1m }}\n");

        Assert.Equal([("beast", TimeSpan.FromSeconds(15)), ("other", TimeSpan.FromMinutes(1))], config.Devices.Select(d => (d.Name, d.StaleAfter)));
        Assert.DoesNotContain(Hash, System.Text.Json.JsonSerializer.Serialize(ConfigView.Of(config)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("devices: 5", "devices: expected a list of devices")]
    [InlineData("devices: [{ name: a }]", "key_hash")]
    [InlineData("devices: [{ name: a, key_hash: secret-in-clear }]", "is not a key hash")]
    [InlineData("devices: [{ name: a, key_hash: \"HASH\", stale_after: 2h }]", "is out of range; give 1s to 1h")]
    [InlineData("hosts: [{ name: a }]\ndevices: [{ name: a, key_hash: \"HASH\" }]", "the name 'a' is already used by the host on line 1")]
    [InlineData("devices: [{ name: a, key_hash: \"HASH\" }, { name: b, key_hash: \"HASH\" }]", "key_hash is that of 'a'")]
    [InlineData("keys: [{ name: k, hash: \"HASH\", scopes: [read] }]\ndevices: [{ name: b, key_hash: \"HASH\" }]", "key_hash is that of 'k'")]
    public void Errors_of_devices_are_reported(string yml, string message)
    {
        var error = Assert.Single(Yml.Errors(yml.Replace("HASH", Hash, StringComparison.Ordinal)));

        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-in-clear", error, StringComparison.Ordinal);
    }
}
