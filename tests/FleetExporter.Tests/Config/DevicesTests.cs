using FleetExporter.Config;
using FleetExporter.Views;

namespace FleetExporter.Tests.Config;

public sealed class DevicesTests
{
    private static readonly string Hash = KeyHash.Of("one").ToString();

    [Fact]
    public void A_device_has_a_name_a_key_and_a_time()
    {
        var config = Yml.Load(
            $"devices:\n- {{ name: beast, key_hash: \"{Hash}\" }}\n- {{ name: other, key_hash: \"{KeyHash.Of("two")}\", stale_after: 1m }}\n");

        Assert.Equal([("beast", TimeSpan.FromSeconds(15)), ("other", TimeSpan.FromMinutes(1))], config.Devices.Select(d => (d.Name, d.StaleAfter)));
        Assert.DoesNotContain(Hash, System.Text.Json.JsonSerializer.Serialize(ConfigView.Of(config)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("devices: 5", "devices: expected a list of devices")]
    [InlineData("devices: [{ name: a }]", "key_hash")]
    [InlineData("devices: [{ name: a, key_hash: secret-in-clear }]", "is not the hash of a key")]
    [InlineData("devices: [{ name: a, key_hash: \"HASH\", stale_after: 2h }]", "is out of range; give 1s to 1h")]
    [InlineData("hosts: [{ name: a }]\ndevices: [{ name: a, key_hash: \"HASH\" }]", "the name 'a' is taken by the host on line 1")]
    [InlineData("devices: [{ name: a, key_hash: \"HASH\" }, { name: b, key_hash: \"HASH\" }]", "its key is that of 'a' again")]
    [InlineData("keys: [{ name: k, hash: \"HASH\", scopes: [read] }]\ndevices: [{ name: b, key_hash: \"HASH\" }]", "its key is that of 'k' again")]
    public void Mistakes_are_named(string yml, string message)
    {
        var error = Assert.Single(Yml.Errors(yml.Replace("HASH", Hash, StringComparison.Ordinal)));

        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-in-clear", error, StringComparison.Ordinal);
    }
}
