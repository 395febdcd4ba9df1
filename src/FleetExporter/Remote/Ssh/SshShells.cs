using FleetExporter.Config;

namespace FleetExporter.Remote.Ssh;

/// <summary>Creates the shells of SSH hosts.</summary>
internal sealed class SshShells(TimeProvider clock) : IDisposable
{
    private readonly Lazy<ControlDirectory> _controls = new();

    /// <summary>Creates a shell with the client chosen by <see cref="SshClientChoice"/>.</summary>
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
