using System.Globalization;
using FleetExporter.Parsing;

namespace FleetExporter.Tests.Fuzz;

/// <summary>Random sections by the grammar of each collector that has one here, with typical, extreme and invalid values.</summary>
internal sealed class SectionGrammar(Random random)
{
    private static readonly string[] Meminfo = ["MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SwapTotal", "SwapFree"];

    private static readonly string[] Uuids = ["GPU-0", "GPU-1", "GPU-e8574d59-a46c-d820-e2b6-a55e3b030f89", "[N/A]"];

    private static readonly string[] Buses = ["0000:3b:00", "00000000:3B:00.0", "0000:86:00.0", "3b:00", "[N/A]"];

    private static readonly string[] Users = ["alice", "bob", "carol", "U0"];

    public string Next(string section) => section switch
    {
        "system" => System(),
        "host" => Host(),
        "temperature" => Many(
            RemoteLimits.Sensors, _ => $"T{Number(50_000)}:{Number(90_000)}:{Number(100_000)}:{Name("coretemp")}:{Name("Core 0")}"),
        "tmux" or "tmux_users" => string.Concat(Enumerable.Range(0, random.Next(1, 3)).Select(_ => Tmux())),
        "systemd" => $"U{random.Next(2)}:system\n{Units()}U{random.Next(2)}:user\n{Units()}",
        "filesystem" => $"Filesystem Type {Pick("1", "1024", "1B", "1K", Number(1))}-blocks Used Available Capacity Mounted on\n"
            + Many(
                RemoteLimits.Filesystems,
                i => $"/dev/{Name("sda")} {Pick("ext4", "xfs")} {Number()} {Number()} {Number()} {random.Next(101)}% /{Name("srv")}{i}"),
        "gpu" => Gpu(),
        "gpu_processes" => Many(RemoteLimits.GpuProcesses, _ => $"{Uuid()}, {Number()}, {Name("python")}, {Number()}"),
        "gpu_owners" => Many(
            RemoteLimits.GpuProcesses,
            i => Pick(
                $"/proc/{i}/status:Uid:\t{Number()}", $"/proc/{i}/cgroup:{Number()}:{Name("pids")}:/{Name("docker")}",
                $"/proc/{i}/stat:{i} ({Name("x")}) S", $"n:{Number()}:{Name("alice")}", "hidden", $"ns:{Name("pid:[1]")}")),
        "gpu_details" => Details(),
        "xid" => Many(
            RemoteLimits.XidKinds,
            i => $"[{Pick($"{i}.5", Real())}] NVRM: Xid (PCI:{Pick(Buses)}): {Pick("79", "13", $"{i}", Number())}, {Name("pid=1")}"),
        _ => Pick(SectionSeeds.Of(section)),
    };

    private string System() => string.Concat(
        $"os={Name("\"Debian 12\"")}\nkernel={Name("6.1.0")}\narch={Name("x86_64")}\nmodel={Name("Server")}\n",
        $"cpus={Number(64)}\nbtime={Number(1_767_000_000)}\n",
        $"pagesize={Number(4096)}\nuser={Name("alice")}\ntools={Pick("nvidia-smi tmux systemctl", Name(""))}\n",
        $"boot_id={Pick("one", "two", Name("three"))}\nclock={Number(1_767_000_000)}.{Number()}\n");

    private string Host() => string.Concat(
        $"cpu  {string.Join(' ', Enumerable.Range(0, random.Next(10) == 0 ? random.Next(12) : 10).Select(_ => Number()))}\n",
        string.Concat(Meminfo.Select(key => $"{key}: {Number(key == "MemTotal" ? 100_000_000 : 1_000_000)} kB\n")),
        $"hugepages:{Number(2048)}:{Number(16)}:{Number(4)}\nload:{Real()} {Real()} {Real()} 1/220 12345\n",
        $"pressure:{Pick("cpu", "memory", "io", Name("irq"))}:{Pick("some", "full")} ",
        $"avg10={Real()} avg60={Real()} avg300={Real()} total={Number()}\n",
        Many(RemoteLimits.Interfaces, i => $"net:{Name("eth")}{i}: {string.Join(' ', Enumerable.Range(0, 16).Select(_ => Number()))}"));

    private string Tmux()
    {
        const long Now = 1_767_222_000;
        var user = Pick(Users);
        return $"U{Pick("0", "1", "127", Number(0))}:{user}\n"
            + Many(
                RemoteLimits.Sessions,
                i => $"S${Pick($"{i}", Number())}:{Number(Now)}:{Number(1)}:{Number(1)}:{Number(Now)}:{Number(Now)}:{Name("work")}")
            + Many(RemoteLimits.Panes, i => $"P${Pick($"{i}", Number())}:%{i}:{Pick($"{i + 10}", Number())}:{random.Next(2)}:{Number(Now)}")
            + Many(
                100,
                i => $"{Pick($"{i + 10}", Number())} ({Name("bash")}) S {Pick("10", Number())} 1 1 0 -1 4194304 1 0 0 0 "
                    + $"{Number()} {Number()} 0 0 20 0 1 0 {Number()} 1 {Number()} 1 1");
    }

    private string Units() => Many(
        RemoteLimits.Units,
        i => $"Id={Pick($"u{i}.service", Name("a.service"))}\nLoadState=loaded\n"
            + $"ActiveState={Pick("active", "failed", Name("inactive"))}\nSubState=x\nNRestarts={Number(1)}\n");

    private string Gpu()
    {
        var fields = GpuFields.Wanted.Where(_ => random.Next(8) > 0).Select(field => field.Name).DefaultIfEmpty("index").ToList();
        var head = random.Next(30) == 0 ? Name("index") : string.Join(',', fields);
        return $"fields={head}\n" + Many(RemoteLimits.Gpus, i => string.Join(", ", fields.Select(field => field switch
        {
            "index" => Pick($"{i}", Number(8)),
            "uuid" => Pick($"GPU-{i}", Uuid()),
            "name" or "driver_version" or "compute_cap" => Name("NVIDIA H100").Replace(",", ";", StringComparison.Ordinal),
            "pci.bus_id" => Pick(Buses),
            "pstate" => Pick("P0", "P8", "[N/A]"),
            "gpu_recovery_action" or "mig.mode.current" => Pick("None", "Reset", "Enabled", "Disabled", "[N/A]"),
            "fabric.state" or "fabric.status" => Pick("Not Started", "Completed", "Success", Name("In Progress"), "N/A"),
            _ when field.StartsWith("clocks_event_reasons", StringComparison.Ordinal) => Pick("Active", "Not Active", "[N/A]"),
            "memory.total" or "memory.used" or "memory.free" or "memory.reserved" => Number(80_000),
            _ => Number(100),
        })));
    }

    private string Details() => string.Concat(
        "<?xml version=\"1.0\" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM \"nvsmi_device_v12.dtd\">\n",
        $"<nvidia_smi_log>\n<cuda_version>{Text("12.4")}</cuda_version>\n",
        Many(RemoteLimits.Gpus, i => string.Concat(
            $"<gpu id=\"{Pick(Buses)}\"><uuid>{Pick($"GPU-{i}", Uuid())}</uuid><temperature><gpu_temp>{Number(40)} C</gpu_temp>",
            $"<gpu_temp_tlimit>{Number(49)} C</gpu_temp_tlimit><gpu_temp_max_threshold>{Number(100)} C</gpu_temp_max_threshold>",
            $"<gpu_temp_slow_tlimit_threshold>{Number(2)} C</gpu_temp_slow_tlimit_threshold></temperature>",
            $"<pci><replay_counter>{Number(3)}</replay_counter></pci>",
            $"<bar1_memory_usage><total>{Number(256)} MiB</total><used>{Number(5)} MiB</used></bar1_memory_usage><remapped_rows>",
            $"<remapped_row_corr>{Number(1)}</remapped_row_corr><remapped_row_pending>{Pick("Yes", "No", Text("N/A"))}</remapped_row_pending>",
            $"</remapped_rows><retired_pages><pending_retirement>{Pick("Yes", "No", "N/A")}</pending_retirement></retired_pages><mig_devices>",
            Many(
                RemoteLimits.MigSlices,
                _ => $"<mig_device><index>{Number(7)}</index><fb_memory_usage><total>{Number()} MiB</total>"
                    + $"<used>{Number()} MiB</used></fb_memory_usage></mig_device>"),
            $"</mig_devices><processes><process_info><process_name>{Text("python")}</process_name></process_info></processes></gpu>")),
        "</nvidia_smi_log>\n");

    /// <summary>Usually a few lines, rarely the limit or one more.</summary>
    private string Many(int limit, Func<int, string> line)
    {
        var count = random.Next(1500) == 0 ? limit - 1 + random.Next(3) : random.Next(random.Next(8) == 0 ? 20 : 4);
        return string.Concat(Enumerable.Range(0, count).Select(i => line(i) + "\n"));
    }

    private string Number(long typical = 100_000) =>
        random.Next(5) == 0 ? Pick(HostileText.Numbers) : random.NextInt64(typical / 2, typical + 1).ToString(CultureInfo.InvariantCulture);

    private string Real() =>
        random.Next(5) == 0 ? Pick(HostileText.Numbers) : (random.Next(10_000) / 100.0).ToString("0.00", CultureInfo.InvariantCulture);

    private string Name(string typical) => random.Next(3) == 0 ? Pick(HostileText.Names) : typical;

    private string Text(string typical) =>
        Name(typical) is var name && random.Next(2) == 0 ? name : global::System.Security.SecurityElement.Escape(name) ?? "";

    private string Uuid() => Pick(Uuids);

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];
}
