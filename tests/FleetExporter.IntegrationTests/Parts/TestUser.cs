using System.Globalization;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A throw-away Linux user whose login works with a key only. Disposing it ends the user's processes and removes the account.</summary>
internal sealed class TestUser : IAsyncDisposable
{
    /// <summary>useradd and userdel lock /etc/passwd and give up at once when it is locked.</summary>
    private static readonly SemaphoreSlim Accounts = new(1, 1);

    private TestUser(string name, uint uid, uint gid, string home)
    {
        Name = name;
        Uid = uid;
        Gid = gid;
        Home = home;
    }

    public string Name { get; }

    public uint Uid { get; }

    public uint Gid { get; }

    public string Home { get; }

    public static async Task<TestUser> CreateAsync(TestFolder folder, string shell = "/bin/bash")
    {
        var name = $"fx{Random.Shared.Next(100_000, 999_999)}";
        var home = folder.Make("home", name);
        await ChangeAsync("useradd", "--no-log-init", "-M", "-d", home, "-s", shell, "-p", "*", name);
        var entry = (await Tool.RunAsync("getent", "passwd", name)).Output.Split(':');
        await Tool.RunAsync("chown", $"{entry[2]}:{entry[3]}", home);
        return new TestUser(name, Number(entry[2]), Number(entry[3]), home);
    }

    /// <summary>Writes a file in the home directory.</summary>
    public async Task WriteAsync(string name, string text)
    {
        var path = Path.Combine(Home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, text);
        await Tool.RunAsync("chown", "-R", $"{Uid}:{Gid}", Home);
    }

    /// <summary>The command line that runs a program as this user in a clean environment.</summary>
    public IReadOnlyList<string> As(params IReadOnlyList<string> command) =>
    [
        $"--reuid={Uid}", $"--regid={Gid}", "--clear-groups",
        "env", "-i", $"HOME={Home}", $"USER={Name}", "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "TERM=xterm", .. command,
    ];

    public Task<ToolResult> RunAsync(params IReadOnlyList<string> command) => Tool.RunAsync("setpriv", As(command));

    public Task<ToolResult> TryAsync(params IReadOnlyList<string> command) => Tool.TryAsync("setpriv", As(command));

    public List<ProcessEntry> Processes => Parts.Processes.OfUser(Uid);

    /// <summary>The running loops of nvidia-smi.</summary>
    public List<ProcessEntry> Loops
    {
        get
        {
            var all = Processes.Where(p => p.Name == "nvidia-smi" && p.CommandLine.Split(' ') is var words
                && (words.Contains("-lms") || (words.Contains("dmon") && !words.Contains("-c")))).ToList();
            return [.. all.Where(l => all.All(p => p.Pid != l.Parent))];
        }
    }

    /// <summary>
    /// The shells that run a script for this user, one for every stream and loop: a watchdog is a copy of its shell and its child.
    /// </summary>
    public List<ProcessEntry> Samplers
    {
        get
        {
            var shells = Processes.Where(p => p.CommandLine is "sh -s" || p.CommandLine.EndsWith("/sh -s", StringComparison.Ordinal)).ToList();
            return [.. shells.Where(s => shells.All(p => p.Pid != s.Parent))];
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < 50 && Processes is { Count: > 0 } left; i++)
        {
            left.ForEach(p => Parts.Processes.Send(p.Pid, Signal.Kill));
            await Task.Delay(50);
        }

        await ChangeAsync("userdel", Name);
        if (Directory.Exists($"/tmp/tmux-{Uid}"))
        {
            Directory.Delete($"/tmp/tmux-{Uid}", recursive: true);
        }
    }

    private static async Task ChangeAsync(string program, params IReadOnlyList<string> arguments)
    {
        await Accounts.WaitAsync();
        try
        {
            ToolResult result;
            var tries = 0;
            do
            {
                result = await Tool.TryAsync(program, arguments);
            }
            while (result.Error.Contains("try again later", StringComparison.Ordinal) && tries++ < 20);
            Assert.True(result.Exit == 0, $"{program}: {result.Error}");
        }
        finally
        {
            Accounts.Release();
        }
    }

    private static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);
}
