namespace FleetExporter.Tests.Api;

/// <summary>Secrets in the answers of hosts, and where they must not appear.</summary>
public sealed class HostileTextTests
{
    [Theory]
    [InlineData("python train.py --token SECRET")]
    [InlineData("/usr/bin/python3 -m vllm --api-key=SECRET, --host 0.0.0.0")]
    [InlineData("python run.py --key SECRET --tool C:\\tool.exe --more SECRET")]
    [InlineData("C:\\Program Files\\App\\app.exe --password SECRET")]
    public async Task Arguments_of_processes_are_masked_on_the_debug_page(string commandLine)
    {
        await using var server = await ApiServer.StartAsync(prepare: shell =>
        {
            shell.Answer("gpu_processes", $"GPU-00000000-0000-0000-0000-000000000000, 12, {commandLine}, 100\nGPU-1, 13, python, 1\n");
            shell.Answer("gpu_details", shell.Answers["gpu_details"].Body.Replace("/usr/lib/xorg/Xorg", commandLine, StringComparison.Ordinal));
        });

        var page = await server.TextAsync("/debug/hosts/a");

        Assert.DoesNotContain("SECRET", page, StringComparison.Ordinal);
        Assert.Contains(" …", page.Replace("\\u2026", "…", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("GPU-00000000-0000-0000-0000-000000000000", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_in_a_row_that_cannot_be_parsed_are_masked_too()
    {
        await using var server = await ApiServer.StartAsync(prepare: shell =>
            shell.Answer("gpu_processes", "GPU-0, not a pid, python train.py --token SECRET, 100\n"));

        var page = await server.TextAsync("/debug/hosts/a");

        Assert.Contains("\"failure\":\"parse\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_debug_page_has_readings_and_metrics()
    {
        await using var server = await ApiServer.StartAsync();

        var debug = await server.JsonAsync("/debug/hosts/a");

        var collectors = debug.GetProperty("collectors").EnumerateArray().ToDictionary(c => c.GetProperty("collector").GetString()!);
        Assert.Equal(2, collectors["system"].GetProperty("reading").GetProperty("system").GetProperty("cpus").GetInt32());
        Assert.StartsWith("fields=index,uuid,", collectors["gpu"].GetProperty("received").GetString(), StringComparison.Ordinal);
        Assert.Contains("fleet_host_cpus{host=\"a\"} 2\n", debug.GetProperty("metrics").GetString(), StringComparison.Ordinal);
    }
}
