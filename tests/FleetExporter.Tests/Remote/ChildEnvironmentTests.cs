using FleetExporter.Remote;

namespace FleetExporter.Tests.Remote;

public sealed class ChildEnvironmentTests
{
    [Fact]
    public async Task Secrets_of_the_service_are_not_in_the_environment_of_a_local_shell()
    {
        Environment.SetEnvironmentVariable("FLEET_TEST_SECRET", "for the service alone");
        try
        {
            await using var shell = await new LocalShell().StartAsync(StreamKind.Vitals, TestContext.Current.CancellationToken);
            await shell.Input.WriteAsync("env; exit\n"u8.ToArray(), TestContext.Current.CancellationToken);
            await shell.Input.FlushAsync(TestContext.Current.CancellationToken);
            using var output = new StreamReader(shell.Output);
            var lines = (await output.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n');

            Assert.Contains(lines, l => l.StartsWith("PATH=/", StringComparison.Ordinal));
            Assert.DoesNotContain(lines, l => l.StartsWith("FLEET_", StringComparison.Ordinal) || l.StartsWith("DOTNET_", StringComparison.Ordinal));
        }
        finally
        {
            Environment.SetEnvironmentVariable("FLEET_TEST_SECRET", null);
        }
    }
}
