using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.Bench;

/// <summary>What frames and commands cost over one SSH connection; bench/ssh_clients.py runs the sshd and compares clients and ciphers.</summary>
internal static class SshClientBench
{
    private const int WarmFrames = 500;
    private const int Frames = 3000;
    private const int WarmCommands = 50;
    private const int Commands = 200;
    private const int FrameBytes = 8 * 1024;

    /// <summary>Made once on the host, then only printed.</summary>
    private static readonly SectionScript Blob = new(
        "blob",
        $"  b=$blob; [ \"$b\" ] || {{ b=0123456789abcdef; while [ ${{#b}} -lt {FrameBytes} ]; do b=$b$b; done; blob=$b; }}");

    /// <summary>
    /// Prints one JSON object: CPU milliseconds of this process per frame of 8 KiB, and milliseconds of each round trip of a session that runs
    /// <c>true</c> and of the runner with the command <c>true</c>.
    /// </summary>
    public static async Task RunAsync(string client, int port, string user, string key, string knownHosts)
    {
        var config = new SshConfig
        {
            Client = client == "builtin" ? SshClientKind.Builtin : SshClientKind.OpenSsh,
            User = user,
            KeyFile = key,
            KnownHosts = knownHosts,
        };
        using var shells = new SshShells(TimeProvider.System);
        var shell = shells.Create(new HostAddress("127.0.0.1", port), config);
        await using var stream = await SamplerStream.OpenAsync(
            shell, StreamKind.Vitals, [Blob], TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(20), TimeProvider.System, CancellationToken.None);
        await FramesAsync(stream, WarmFrames);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        await FramesAsync(stream, Frames);
        var cpu = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / Frames;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            cpu_per_frame = cpu,
            session = await TimesAsync(() => SessionAsync(shell)),
            command = await TimesAsync(() => RemoteCommand.RunAsync(
                shell, new CommandRequest("true", TimeSpan.FromSeconds(10)), static (_, _) => ValueTask.CompletedTask, TimeProvider.System,
                CancellationToken.None)),
        }));
    }

    private static async Task FramesAsync(SamplerStream stream, int count)
    {
        for (var n = 0; n < count; n++)
        {
            await foreach (var answer in stream.AskAsync([Blob.Name], CancellationToken.None))
            {
                if (answer.Section?.Body.Length < FrameBytes)
                {
                    throw new InvalidOperationException("a frame was cut");
                }
            }
        }
    }

    /// <summary>A shell that answers one line, without the command runner around it.</summary>
    private static async Task SessionAsync(IShell shell)
    {
        await using var process = await shell.StartCommandAsync(CancellationToken.None);
        await process.Input.WriteAsync(Encoding.ASCII.GetBytes("true; echo done; exit\n"));
        await process.Input.FlushAsync();
        var answer = new byte[64];
        var length = await process.Output.ReadAtLeastAsync(answer, 5);
        if (!answer.AsSpan(0, length).StartsWith("done\n"u8))
        {
            throw new InvalidOperationException("the shell did not answer");
        }
    }

    private static async Task<List<double>> TimesAsync(Func<Task> action)
    {
        List<double> times = [];
        for (var n = 0; n < WarmCommands + Commands; n++)
        {
            var watch = Stopwatch.StartNew();
            await action();
            if (n >= WarmCommands)
            {
                times.Add(watch.Elapsed.TotalMilliseconds);
            }
        }

        return times;
    }
}
