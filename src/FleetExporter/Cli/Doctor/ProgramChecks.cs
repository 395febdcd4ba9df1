using System.Runtime.InteropServices;
using FleetExporter.Api;
using FleetExporter.Config;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.Cli.Doctor;

/// <summary>Versions of the exporter and of what it runs on and calls.</summary>
/// <param name="read">Runs a program with arguments; null if it is missing or fails.</param>
internal sealed class ProgramChecks(FleetConfig config, Func<string, IReadOnlyList<string>, Task<string?>> read)
{
    public async Task<IReadOnlyList<Finding>> RunAsync() =>
    [
        Finding.Ok("exporter", ExporterPage.Version),
        Finding.Ok("runtime", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}"),
        Finding.Ok("system", $"{RuntimeInformation.OSDescription}, kernel {Environment.OSVersion.Version}"),
        await SshAsync().ConfigureAwait(false),
        await LocalAsync(
            "tmux", ["-V"], h => h.Tmux.Enabled != Toggle.False, "without it, tmux sessions of this machine are not listed",
            "Install tmux, or set tmux: { enabled: false } on this machine's host.").ConfigureAwait(false),
        await LocalAsync(
            "nvidia-smi", ["--query-gpu=name,driver_version", "--format=csv,noheader"], h => h.Gpu != Toggle.False,
            "missing or failing: GPUs of this machine are not read",
            "If it has NVIDIA GPUs, install the driver and run nvidia-smi; otherwise set gpu: false on its host.").ConfigureAwait(false),
    ];

    private async Task<Finding> SshAsync()
    {
        var remote = config.Hosts.Where(h => h.Address is not null).ToList();
        if (remote.Count == 0)
        {
            return Finding.Skipped("ssh", "no host is reached over SSH");
        }

        var openSsh = remote.Where(h => !SshClientChoice.Of(h.Ssh, Environment.GetEnvironmentVariable).IsBuiltin).ToList();
        var version = await read("ssh", ["-V"]).ConfigureAwait(false);
        return version is not null ? Finding.Ok("ssh", $"{version}; {openSsh.Count} of {remote.Count} hosts use it, the others the built-in client")
            : openSsh.Count == 0 ? Finding.Ok("ssh", "not installed, and not required: all hosts use the built-in client")
            : Finding.Failed(
                "ssh", $"not installed, and required by {string.Join(", ", openSsh.Take(5).Select(h => h.Name))}",
                "Install OpenSSH's client (Debian: openssh-client), or set client: builtin.");
    }

    /// <summary>A program that matters only if this machine is monitored.</summary>
    private async Task<Finding> LocalAsync(string program, IReadOnlyList<string> arguments, Func<HostConfig, bool> uses, string missing, string fix)
    {
        if (!config.Hosts.Any(h => h.Address is null && h.Simulated is null && uses(h)))
        {
            return Finding.Skipped(program, "not used on this machine");
        }

        return await read(program, arguments).ConfigureAwait(false) is { } text
            ? Finding.Ok(program, text.ReplaceLineEndings("; "))
            : Finding.Warning(program, missing, fix);
    }
}
