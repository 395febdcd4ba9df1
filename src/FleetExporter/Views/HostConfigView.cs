using FleetExporter.Config;

namespace FleetExporter.Views;

/// <summary>A host of <see cref="ConfigView"/>.</summary>
internal sealed record HostConfigView
{
    public required string Name { get; init; }

    /// <summary>Null for the exporter's own machine.</summary>
    public required string? Address { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public required string Gpu { get; init; }

    public required string GpuPolling { get; init; }

    public required bool GpuProfiling { get; init; }

    public required TmuxView Tmux { get; init; }

    public required IReadOnlyList<string> Units { get; init; }

    public required ExecPolicyView Exec { get; init; }

    public required IReadOnlyList<string> Commands { get; init; }

    /// <summary>Null for the exporter's own machine.</summary>
    public required SshView? Ssh { get; init; }

    internal static HostConfigView Of(HostConfig host) => new()
    {
        Name = host.Name,
        Address = host.Address?.ToString(),
        Labels = host.Labels,
        Gpu = WordOf(host.Gpu),
        GpuPolling = Words.Of(host.GpuPolling),
        GpuProfiling = host.GpuProfiling,
        Tmux = new TmuxView(WordOf(host.Tmux.Enabled), host.Tmux.Users),
        Units = [.. host.Units.Select(unit => unit.ToString())],
        Exec = new ExecPolicyView(
            host.Exec.Policy switch
            {
                ExecPolicy.Any => "any",
                ExecPolicy.AllowList => "allow_list",
                _ => "off",
            },
            Duration.Format(host.Exec.MaxTimeout)),
        Commands = host.Commands,
        Ssh = host.Address is null ? null : SshView.Of(host.Ssh),
    };

    private static string WordOf(Toggle toggle) => toggle switch
    {
        Toggle.True => "true",
        Toggle.False => "false",
        _ => "auto",
    };
}

/// <summary>Which commands may be run on a host.</summary>
internal sealed record ExecPolicyView(string Policy, string MaxTimeout);

/// <summary>How a host's tmux sessions are watched.</summary>
internal sealed record TmuxView(string Enabled, IReadOnlyList<string> Users);
