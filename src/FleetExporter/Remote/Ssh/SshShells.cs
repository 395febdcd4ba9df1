using FleetExporter.Config;

namespace FleetExporter.Remote.Ssh;

/// <summary>Makes the shells of hosts that are reached over SSH.</summary>
internal sealed class SshShells(TimeProvider clock) : IDisposable
{
    private readonly Lazy<ControlDirectory> _controls = new();

    /// <summary>A shell by the client that <see cref="SshClientChoice"/> names.</summary>
    public IShell Create(HostAddress address, SshConfig config) => SshClientChoice.Of(config, Environment.GetEnvironmentVariable).IsBuiltin
        ? new BuiltinSsh(address, config, clock)
        : new OpenSsh(address, config, _controls.Value);

    public void Dispose()
    {
        if (_controls.IsValueCreated)
        {
            _controls.Value.Dispose();
        }
    }
}
