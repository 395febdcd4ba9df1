using System.CommandLine;
using FleetExporter.Cli.Common;
using FleetExporter.Config;
using FleetExporter.Config.Binding;

namespace FleetExporter.Cli.Init;

/// <summary>How <c>init</c> was called.</summary>
internal sealed record InitOptions
{
    public static readonly Option<string[]> Hosts =
        Text<string[]>("--host", $"Host as {HostLines.Format}; may be repeated.", "gpu-1=fleet@10.0.0.7");

    public static readonly Option<string[]> HostsFiles =
        Text<string[]>("--hosts-file", "File with one such host per line; # begins a comment.", "hosts.txt");

    public static readonly Option<string[]> SshConfigs = Text<string[]>("--ssh-config", "Take the hosts of this ssh_config.", "~/.ssh/config");

    public static readonly Option<string[]> HostsYmls =
        Text<string[]>("--hosts-yml", "Take over this hosts.yml of the tmux fleet dashboard.", "hosts.yml");

    public static readonly Option<string?> User = Text<string?>("--user", "Login user on the hosts.", "fleet");

    public static readonly Option<string?> KeyFile = Text<string?>("--key-file", "SSH private key.", "~/.ssh/id_ed25519");

    public static readonly Option<string?> DataDir = Text<string?>("--data-dir", "data_dir of the exporter.", "data");

    public static readonly Option<string?> Listen = Text<string?>("--listen", "Address that the exporter will listen on.", "127.0.0.1:9470");

    public static readonly Option<string> Output = new("--output", "-o")
    {
        Description = "File to write; - is standard output.",
        HelpName = "fleet.yml",
        DefaultValueFactory = _ => "fleet.yml",
    };

    public static readonly Option<bool> Force = new("--force") { Description = "Replace an existing file." };

    public static readonly Option<bool> NoProbe = new("--no-probe") { Description = "Do not test the hosts." };

    public static readonly Option<bool> Yes = new("--yes") { Description = "Do not ask anything." };

    public static readonly Option<bool> TrustOnFirstUse = new("--trust-on-first-use")
    {
        Description = "Trust the keys that new hosts present, and print their fingerprints.",
    };

    public static IReadOnlyList<Option> All { get; } =
    [
        Hosts, HostsFiles, SshConfigs, HostsYmls, User, KeyFile, DataDir, Listen, Output, Force, NoProbe, Yes, TrustOnFirstUse,
    ];

    static InitOptions()
    {
        User.Validators.Add(result => Usage.Check(result, Kinds.IsUserName(result.GetValueOrDefault<string>() ?? "")
            ? null
            : "--user is not a valid user name; give 1 to 32 of a-z, 0-9, _, ., -"));
        Listen.Validators.Add(result => Usage.Check(
            result, ListenAddress.TryParse(result.GetValueOrDefault<string>() ?? "", out _, out var error) ? null : $"--listen {error}"));
    }

    /// <summary>Reads all sources; their mistakes are in the result.</summary>
    public static InitInput Read(ParseResult parsed)
    {
        var input = new InitInput();
        foreach (var file in parsed.GetValue(HostsYmls) ?? [])
        {
            HostsYml.AddFile(input, file);
        }

        foreach (var file in parsed.GetValue(SshConfigs) ?? [])
        {
            SshConfigHosts.AddFile(input, file);
        }

        foreach (var file in parsed.GetValue(HostsFiles) ?? [])
        {
            HostLines.AddFile(input, file);
        }

        foreach (var host in parsed.GetValue(Hosts) ?? [])
        {
            HostLines.Add(input, "--host", host);
        }

        var folder = Directory.GetCurrentDirectory();
        SetPath(input.Settings, "data_dir", parsed.GetValue(DataDir));
        SetPath(input.Ssh, "key_file", parsed.GetValue(KeyFile));
        if (parsed.GetValue(User) is { } user)
        {
            input.Ssh["user"] = user;
        }

        if (parsed.GetValue(Listen) is { } listen)
        {
            input.Settings["listen"] = listen;
        }

        return input;

        void SetPath(System.Text.Json.Nodes.JsonObject keys, string key, string? path)
        {
            if (path is { Length: > 0 })
            {
                keys[key] = InitInput.PathFrom(path, folder);
            }
        }
    }

    private static Option<T> Text<T>(string name, string description, string example) => new(name) { Description = description, HelpName = example };
}
