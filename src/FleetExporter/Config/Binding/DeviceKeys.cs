using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>Configuration keys of devices. Bound after <c>keys</c>, whose hashes must not be reused.</summary>
internal static class DeviceKeys
{
    public static readonly KeyTable<DeviceConfig> Entry = new(
        Key.Of("name", Kinds.HostName, "", (DeviceConfig device, string name) => device with { Name = name }) with { IsRequired = true },
        Key.Of("key_hash", AccessKeys.Hash, "", (DeviceConfig device, KeyHash hash) => device with { KeyHash = hash }) with { IsRequired = true },
        Key.Of("stale_after", Kinds.Time("1s", "1h"), "15s", (DeviceConfig device, TimeSpan time) => device with { StaleAfter = time }));

    public static readonly Key<FleetConfig> List = new("devices", "list of devices", "", "[]", (fleet, field) =>
        fleet with { Devices = Bind(fleet, field) });

    private static ValueList<DeviceConfig> Bind(FleetConfig fleet, Field field)
    {
        if (field.Node is not YamlList list)
        {
            field.FailType("a list of devices");
            return [];
        }

        var owners = fleet.Keys.Where(k => k.Hash != AccessKeys.NoHash).ToDictionary(k => k.Hash, k => k.Name);
        var devices = new List<DeviceConfig>();
        foreach (var (index, node) in list.Items.Index())
        {
            var item = field.Item(index, node);
            var device = Entry.Bind(new DeviceConfig { Name = "", KeyHash = AccessKeys.NoHash }, item);
            item.ClaimName("device", device.Name);
            if (device.KeyHash != AccessKeys.NoHash && !owners.TryAdd(device.KeyHash, device.Name))
            {
                item.Fail($"key_hash is that of {ErrorText.Quote(owners[device.KeyHash])}; create a new key with fleet-exporter key new");
            }

            devices.Add(device);
        }

        return [.. devices];
    }
}
