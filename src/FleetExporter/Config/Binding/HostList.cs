using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>Binds <c>hosts:</c> and checks combinations of keys.</summary>
internal static class HostList
{
    /// <param name="defaults">Defaults of every host.</param>
    /// <param name="field">The list.</param>
    public static ValueList<HostConfig> Bind(SshConfig defaults, Field field)
    {
        if (field.Node is not YamlList list)
        {
            field.FailType("a list of hosts");
            return [];
        }

        var hosts = new List<HostConfig>();
        foreach (var (index, node) in list.Items.Index())
        {
            var item = field.Item(index, node);
            var host = ConfigKeys.Host.Bind(new HostConfig { Name = "", Ssh = defaults }, item);
            item.ClaimName("host", host.Name);
            CheckSshIsUsed(item);
            CheckClientReadsConfigFile(item, host);
            hosts.Add(host);
        }

        return [.. hosts];
    }

    private static void CheckSshIsUsed(Field host)
    {
        if (host.Find("address") is { IsNull: false })
        {
            return;
        }

        foreach (var entry in ConfigKeys.HostSsh.Keys.Select(key => (host.Node as YamlMap)?.Find(key.Name)).OfType<YamlEntry>())
        {
            var key = ((YamlScalar)entry.Key).Text;
            host.Child(key, entry.Key).Fail("has no effect without address: the local machine is read without SSH; give address or remove it");
        }
    }

    private static void CheckClientReadsConfigFile(Field item, HostConfig host)
    {
        if (host is { Address: not null, Ssh: { Client: SshClientKind.Builtin, ConfigFile: not null } })
        {
            item.Fail("client: builtin does not support config_file; give client: auto or openssh, or config_file: none");
        }
    }
}
