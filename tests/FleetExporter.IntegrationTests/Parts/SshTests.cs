namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Tests that each of the two SSH clients has to pass: a class for each derives from them.</summary>
/// <param name="client"><c>ssh.client</c> in fleet.yml.</param>
public abstract class SshTests(string client)
{
    private protected string Client => client;

    /// <inheritdoc cref="WatchedMachine.StartAsync"/>
    private protected Task<WatchedMachine> StartMachineAsync(
        string shell = "/bin/bash", Func<TestFolder, string>? path = null, string options = "", string setup = "", RemoteNamespace? inside = null,
        params IEnumerable<string> hides) => WatchedMachine.StartAsync(shell, path, options, setup, inside, client, hides);
}
