using FleetExporter.Collectors;
using FleetExporter.Simulation;
using FleetExporter.Tests.Parsing;

namespace FleetExporter.Tests.Fuzz;

/// <summary>Output of a collector on real machines.</summary>
internal static class SectionSeeds
{
    private const string System =
        "os=\"Debian GNU/Linux 12\"\nkernel=6.1.0\narch=x86_64\nmodel=Server\ncpus=8\nbtime=1767000000\npagesize=4096\nuser=alice\n"
        + "tools= nvidia-smi tmux systemctl\nboot_id=one\nclock=1767225600.250000000\n";

    private const string Temperature =
        "T45500:80000:100000:coretemp:Package id 0\nT38850:84850:89850:nvme:Composite\nT38850:::nvme:Composite\nT40000:::acpitz:\n";

    private const string Systemd =
        "U0:system\nId=ssh.service\nLoadState=loaded\nActiveState=active\nSubState=running\nNRestarts=1\n\n"
        + "Id=b.timer\nLoadState=not-found\nActiveState=inactive\nSubState=dead\nU0:user\n"
        + "Id=train.service\nLoadState=loaded\nActiveState=failed\nSubState=failed\nNRestarts=7\n";

    private const string KernelLog =
        "[    0.000000] Linux version 6.1.0\n[12345.678901] NVRM: Xid (PCI:0000:3b:00): 79, pid=1234, GPU has fallen off the bus.\n"
        + "[12346.500000] host kernel: NVRM: Xid (PCI:0000:86:00.0): 13, Graphics Exception\n[12347.1] NVRM: Xid (PCI:0000:3b:00): 79, pid=1234\n";

    private static readonly string Df = HostCapture.Proc("vm-mountns.df.PT-B1.txt");

    private static readonly string Tmux =
        HostCapture.TmuxBlock("1767222000") + HostCapture.Stat(25378, 1) + HostCapture.Stat(7, 25378, ") S 1 (") + HostCapture.Stat(8, 7, rss: -1);

    private static readonly Dictionary<string, string[]> Captured = new()
    {
        ["system"] =
        [
            System, System.Replace("=one", "=two", StringComparison.Ordinal), System.Replace(".250000000", ".%N", StringComparison.Ordinal),
        ],
        ["host"] =
        [
            HostCapture.Host(), HostCapture.Host("vm-2cpu.proc-stat.t1.txt"),
            HostCapture.HostWithMemory(HostCapture.Proc("dgx-spark-gb10.meminfo.healthy-excerpt.txt")),
            HostCapture.HostWithMemory(HostCapture.Proc("fedora20.meminfo.no-memavailable-excerpt.txt")),
        ],
        ["temperature"] = [Temperature],
        ["tmux"] = [Tmux, "U1:alice\nno server running on /tmp/tmux-1000/default\n", .. Texts("tmux/errors").Select(text => "U1:alice\n" + text)],
        ["tmux_users"] = [Tmux.Replace("U0:alice", "U0:bob", StringComparison.Ordinal), Tmux, "U1:bob\naccess not allowed\nU0:carol\n"],
        ["systemd"] = [Systemd, "U1:system\nSystem has not been booted with systemd as init system (PID 1). Can't operate.\n"],
        ["gpu_owners"] =
        [
            "/proc/42/stat:42 (a) S 1 42 42 0 -1 0 0 0 0 0 9 9 0 0 20 0 1 0 777 0 0 0\n/proc/42/status:Uid:\t1000\t1000\n"
                + $"/proc/42/cgroup:0::/system.slice/docker-{new string('a', 64)}.scope\nns:pid:[4026531836]\nn:1000:alice\n",
            "hidden\nns:pid:[1]\n",
        ],
        ["containers"] = [$"docker:0\n{new string('a', 64)} vllm,x/vllm\n\npodman:125\nError: no\n", "docker:1\npermission denied\n"],
        ["processes"] = ["window 60.01\nt 42 700 9000 python3\nt 1 0 300 init\np 42 alice python3 train.py --lr 1\n", "window \nt 1 2 3 x\n"],
        ["filesystem"] = [Df, Df.Replace("1-blocks", "1024-blocks", StringComparison.Ordinal)],
        ["gpu"] =
        [
            .. Captures.Names.Select(Captures.Query).Select(capture => $"fields={string.Join(',', capture.Fields)}\n{capture.Body}"),
            .. Texts("nvidia-smi/errors").Select(text => "fields=index,uuid,name\n" + text),
        ],
        ["gpu_processes"] = [.. Captures.Names.Select(name => Captures.Processes(name).Body), .. Texts("nvidia-smi/errors")],
        ["gpu_details"] = [.. Texts("nvidia-smi/xml"), .. Texts("nvidia-smi/errors")],
        ["gpu_profile"] = [.. Texts("nvidia-smi/dmon"), .. Texts("nvidia-smi/errors")],
        ["xid"] = [KernelLog, "dmesg: read kernel buffer failed: Operation not permitted\n"],
    };

    /// <summary>The captured outputs; where there are none, what a simulated host answers.</summary>
    public static string[] Of(string collector) => Captured.TryGetValue(collector, out var captured)
        ? captured
        : [CollectorCatalog.Find(collector)!.Simulate(SimulatedHosts.At(2), DateTimeOffset.UnixEpoch.AddDays(20_500))!];

    private static IEnumerable<string> Texts(string folder) =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures", folder)).Order(StringComparer.Ordinal).Select(File.ReadAllText);
}
