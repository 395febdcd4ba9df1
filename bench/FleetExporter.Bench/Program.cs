using BenchmarkDotNet.Running;
using FleetExporter.Bench;

if (args is ["gateway", var url, var token])
{
    await GatewayBench.RunAsync(new Uri(url), token);
    return;
}

if (args is ["large-gateway", var listen])
{
    await LargeGateway.RunAsync(new Uri(listen));
    return;
}

if (args is ["ssh", var client, var port, var user, var key, var knownHosts])
{
    await SshClientBench.RunAsync(client, int.Parse(port, System.Globalization.CultureInfo.InvariantCulture), user, key, knownHosts);
    return;
}

if (args is ["tearing"])
{
    await TearingBench.RunAsync();
    return;
}

if (args is ["recent"])
{
    RecentBench.Run();
    return;
}

// make bench runs these through bench/bench.py, one class at a time; by hand: dotnet run -c Release -- --filter '*Page*'
BenchmarkSwitcher.FromAssembly(typeof(PageBench).Assembly).Run(args.Length > 0 ? args : ["--filter", "*"]);
