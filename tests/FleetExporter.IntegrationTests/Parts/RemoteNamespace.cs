using System.Globalization;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A network namespace behind a veth pair: a remote machine whose link can be cut. Disposal removes it.</summary>
internal sealed class RemoteNamespace : IAsyncDisposable
{
    private readonly string _localLink;
    private readonly string _remoteLink;
    private readonly string _subnet;

    private RemoteNamespace(int id)
    {
        Name = $"fx{id}";
        _localLink = $"fx{id}n";
        _remoteLink = $"fx{id}f";
        // 198.18.0.0/15 is set aside for tests between networks (RFC 2544).
        _subnet = string.Create(CultureInfo.InvariantCulture, $"198.{18 + (id / 256 % 2)}.{id % 256}");
    }

    public string Name { get; }

    /// <summary>The one address at which a machine answers.</summary>
    public string Address => Host(2);

    /// <summary>Command prefix that runs a program inside.</summary>
    public IReadOnlyList<string> Within => ["ip", "netns", "exec", Name];

    /// <summary>
    /// Creates it. As behind a router, packets to a machine that is down are dropped without an ICMP error.
    /// </summary>
    public static async Task<RemoteNamespace> CreateAsync()
    {
        while (true)
        {
            var made = new RemoteNamespace(Random.Shared.Next(10_000, 100_000));
            if ((await Tool.RunAsync("ip", "-o", "route", "show", "exact", made._subnet + ".0/24")).Output.Length > 0)
            {
                continue;
            }

            try
            {
                await Tool.RunAsync("ip", "netns", "add", made.Name);
                await Tool.RunAsync("ip", "link", "add", made._localLink, "type", "veth", "peer", "name", made._remoteLink, "netns", made.Name);
                await Tool.RunAsync("ip", "address", "add", made.Host(1) + "/24", "dev", made._localLink);
                await made.InsideAsync("ip", "link", "set", "lo", "up");
                await made.AddAddressAsync();
                await Tool.RunAsync("ip", "link", "set", made._localLink, "up");
                await made.UpAsync();
                var link = (await made.InsideAsync("cat", $"/sys/class/net/{made._remoteLink}/address")).Trimmed;
                await Tool.RunAsync("ip", "neighbour", "replace", made.Address, "lladdr", link, "dev", made._localLink, "nud", "permanent");
                await Tool.RunAsync("ip", "route", "add", made.Host(128) + "/25", "via", made.Address);
                return made;
            }
            catch
            {
                await made.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>An address of the subnet; 2 is the machine, 128 and up are routed to it but unused.</summary>
    public string Host(int number) => string.Create(CultureInfo.InvariantCulture, $"{_subnet}.{number}");

    /// <summary>Runs a command inside to its end.</summary>
    public Task<ToolResult> InsideAsync(params IReadOnlyList<string> command) => Tool.RunAsync(Within[0], [.. Within.Skip(1), .. command]);

    /// <summary>Cuts the link: packets are dropped silently in both directions.</summary>
    public Task DownAsync() => InsideAsync("ip", "link", "set", _remoteLink, "down");

    public Task UpAsync() => InsideAsync("ip", "link", "set", _remoteLink, "up");

    /// <summary>The machine no longer answers at its address, as when it has lost its power.</summary>
    public Task TakeAddressAsync() => InsideAsync("ip", "address", "flush", "dev", _remoteLink);

    public Task AddAddressAsync() => InsideAsync("ip", "address", "add", Address + "/24", "dev", _remoteLink);

    /// <summary>Sets how often TCP inside sends again before it gives a connection up.</summary>
    public Task RetransmitAsync(int times) =>
        InsideAsync("sh", "-c", string.Create(CultureInfo.InvariantCulture, $"echo {times} >/proc/sys/net/ipv4/tcp_retries2"));

    public async ValueTask DisposeAsync()
    {
        await Tool.TryAsync("ip", "link", "delete", _localLink);
        await Tool.TryAsync("ip", "netns", "delete", Name);
    }
}
