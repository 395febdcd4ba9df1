using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FleetExporter.Tests.Remote;

namespace FleetExporter.BrowserTests.Browsing;

/// <summary>
/// The fleet of most tests: the real service with two real hosts with tmux and replayed GPUs, this machine, services and a tunnel. All tests of a run
/// share it, so a test changes only what it has created itself.
/// </summary>
public sealed class SmallFleet : IAsyncLifetime
{
    /// <summary>A key with the scope <c>read</c>.</summary>
    public const string ReaderKey = "reader-key-of-the-browser-tests";

    /// <summary>A key with the scopes <c>read</c> and <c>control</c>.</summary>
    public const string OperatorKey = "operator-key-of-the-browser-tests";

    /// <summary>The tmux session with a process on the GPU.</summary>
    public const string TrainingSession = "training";

    /// <summary>The name of a tmux session with characters that are special in HTML, paths and queries.</summary>
    public const string MarkupName = "old <img src=x onerror=alert(1)>/%2F?a=b#\"'";

    /// <summary>The GPU of <c>box</c>.</summary>
    public const string BoxGpu = "GPU-00000000-0000-0000-0000-000000000000";

    /// <summary>Detached tmux sessions without output; at most one test kills each.</summary>
    private static readonly string[] IdleSessions = ["old-sweep", "old-notebook", "old-on-the-phone", "old-forever", MarkupName];

    private readonly ScriptedServer _services = new();

    internal WatchedMachine Box { get; private set; } = null!;

    internal WatchedMachine Other { get; private set; } = null!;

    internal TmuxServer Tmux { get; private set; } = null!;

    internal TmuxServer OtherTmux { get; private set; } = null!;

    internal Exporter Exporter { get; private set; } = null!;

    /// <summary>The two keys as entries of fleet.yml.</summary>
    public static string KeysYaml { get; } = $"""
        keys:
          - {"{"} name: reader, hash: "{Hash(ReaderKey)}", scopes: [read] {"}"}
          - {"{"} name: operator, hash: "{Hash(OperatorKey)}", scopes: [read, control] {"}"}
        """;

    public async ValueTask InitializeAsync()
    {
        Box = await WatchedMachine.StartAsync(path: FakeNvidiaSmi.FolderIn);
        Other = await WatchedMachine.StartAsync();
        (Tmux, OtherTmux) = (new TmuxServer(Box.User), new TmuxServer(Other.User));
        var training = await Tmux.CreateAsync(TrainingSession, "sleep 6000; :");
        foreach (var name in IdleSessions)
        {
            await Tmux.CreateAsync(name, "exec sleep 6000");
        }

        await OtherTmux.CreateAsync("backup", "exec sleep 6000");
        var pane = int.Parse((await Tmux.RunAsync("list-panes", "-t", training, "-F", "#{pane_pid}")).Trimmed, CultureInfo.InvariantCulture);
        await Tmux.AttachAsync(training);
        FakeNvidiaSmi.H100(Box.Folder).Processes((BoxGpu, pane, "python train.py", 15_690), (BoxGpu, 1542, "python serve.py", 2566));
        _services.Answer("/ok", 200, """{"status":"ok","model":"whisper-large-v3","service":"stt"}""")
            .Answer("/loading", 503, """{"status":"loading","model":"flux"}""")
            .Answer("/health", 200, """{"status":"ok"}""").Answer("/v1/models", 200, """{"data":[{"id":"qwen","owned_by":"llamacpp"}]}""");
        var config = Box.Config(box: "exec: { policy: any, max_timeout: 5m }\nlabels: { site: lab }", hosts: $$"""
            - name: other
              address: {{Other.Server.Address}}
              user: {{Other.User.Name}}
              key_file: {{Other.Server.ClientKey}}
              exec: { policy: any, max_timeout: 5m }
            - { name: quiet, address: "{{Other.Server.Address}}", user: {{Other.User.Name}}, key_file: {{Other.Server.ClientKey}}, gpu: false }
            - { name: away, address: "127.0.0.1:{{Ports.Free()}}" }
            - name: here
            """) + $$"""
            legacy_after: 1m
            services:
              - { name: stt, url: "{{_services.Url("/ok")}}" }
              - { name: imagegen, url: "{{_services.Url("/loading")}}" }
            providers:
              - { name: qwen-coder, url: "{{_services.Url()}}", kind: llama_cpp }
            tunnels:
              - { name: lab, host: here, connect: "{{Other.Server.Address}}", verify: banner }
            {{KeysYaml}}

            """;
        await File.AppendAllTextAsync(Box.Folder.PathOf("known_hosts"), Other.Server.KnownHost());
        var path = $"{FakeNvidiaSmi.FolderIn(Box.Folder)}:/usr/local/bin:/usr/bin:/bin";
        Exporter = await Exporter.StartAsync(Box.Folder, config, new Dictionary<string, string?> { ["PATH"] = path });
        await Task.WhenAll(
            Exporter.UntilOnlineAsync(), Exporter.UntilOnlineAsync("other"), Exporter.UntilOnlineAsync("here"), Exporter.UntilOnlineAsync("quiet"));
        await Exporter.UntilHostAsync("the GPU's processes", host => host["gpus"]!.AsArray() is [{ } gpu] && gpu["processes"]!.AsArray().Count == 2);
    }

    /// <summary>The row of a session once it is legacy, which takes a minute (legacy_after).</summary>
    internal static async Task<ILocator> UntilLegacyAsync(Visit visit, string name)
    {
        await Expect(visit.TmuxSession("box:" + name).GetByTestId("session-state")).ToHaveTextAsync("legacy", new() { Timeout = 90_000 });
        return visit.TmuxSession("box:" + name);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in (IAsyncDisposable?[])[Exporter, Tmux, OtherTmux, Box, Other, _services])
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private static string Hash(string key) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
