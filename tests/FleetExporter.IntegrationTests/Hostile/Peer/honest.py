"""Answers of a healthy machine with one GPU and one tmux session, as the sampler would print them."""
import time

GPU = "GPU-00000000-51a0-4000-8000-000000000000"
FIELDS = (
    "index,uuid,name,driver_version,pci.bus_id,compute_cap,pstate,utilization.gpu,memory.total,memory.used,temperature.gpu,power.draw,power.limit,"
    "clocks.current.sm,clocks.max.sm,ecc.errors.uncorrected.aggregate.total"
)


def uptime():
    with open("/proc/uptime") as file:
        return float(file.read().split()[0])


def system():
    return (
        "os=Debian GNU/Linux 12 (bookworm)\nkernel=6.8.0\narch=x86_64\nmodel=A Machine\ncpus=8\nbtime=1760000000\npagesize=4096\nuser=fleet\n"
        f"tools= nvidia-smi tmux systemctl\nboot_id=11111111-2222-3333-4444-555555555555\nclock={time.time():.9f}"
    )


def host():
    return (
        f"cpu  {int(uptime() * 100)} 0 100 90000 10 0 0 0 0 0\nMemTotal:32000000\nMemFree:16000000\nMemAvailable:20000000\n"
        "SwapTotal:8388604\nSwapFree:8388604\n"
        "hugepages:2048:0:0\nload:0.50 0.40 0.30 3/900 4242\npressure:cpu:some avg10=1.00 avg60=2.00 avg300=1.00 total=1\n"
        "net:  eth0: 123456 1 0 0 0 0 0 0 654321 1 0 0 0 0 0 0"
    )


def session(number, name, attached=0):
    now = int(time.time())
    return f"S${number}:{now - 9000}:{attached}:1:{now - 100}:{now - 200}:{name}"


def tmux(sessions=None):
    lines = sessions or [session(0, "work")]
    stat = "4242 (python3) S 1 1 1 0 -1 4194304 330 0 1 0 5000 500 0 0 20 0 1 0 1000 299008000 20000 18446744073709551615 0 0 0 0 0 0 0"
    return "U0:fleet\n" + "\n".join(lines) + "\nP$0:%0:4242:0\n\n" + stat


def gpu_row(index, uuid):
    bus = f"{index:08X}:3B:00.0"
    return f"{index}, {uuid}, NVIDIA H100, 590.48.01, {bus}, 9.0, P0, 50, 81559, 40000, 55, 350.00, 700.00, 1500, 1980, 0"


def gpu(uuids=(GPU,)):
    return f"fields={FIELDS}\n" + "\n".join(gpu_row(i, uuid) for i, uuid in enumerate(uuids))


def gpu_processes():
    return f"{GPU}, 4242, /usr/bin/python3, 1024"


def gpu_details(inside=""):
    limits = "<gpu_temp_max_threshold>94 C</gpu_temp_max_threshold><gpu_temp_slow_threshold>89 C</gpu_temp_slow_threshold>"
    return (
        '<?xml version="1.0" ?>\n<nvidia_smi_log>\n<driver_version>590.48.01</driver_version>\n<cuda_version>13.1</cuda_version>\n'
        f'<gpu id="00000000:3B:00.0"><uuid>{GPU}</uuid><temperature>{limits}</temperature>{inside}</gpu>\n</nvidia_smi_log>'
    )


SECTIONS = {
    "system": system,
    "host": host,
    "temperature": lambda: "T45000:95000:100000:coretemp:Package id 0",
    "filesystem": lambda: (
        "Filesystem Type 1-blocks Used Available Capacity Mounted on\n/dev/nvme0n1p2 ext4 1967317549056 1000000000000 900000000000 60% /"
    ),
    "tmux": tmux,
    "tmux_users": lambda: "U0:other\n" + session(1, "theirs"),
    "systemd": lambda: "U0:system\nId=a.service\nLoadState=loaded\nActiveState=active\nSubState=running\nNRestarts=0\n",
    "gpu": gpu,
    "gpu_processes": gpu_processes,
    "gpu_details": gpu_details,
    "xid": lambda: "[ 4242.000000] NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.",
    "hung": lambda: "",
}


def answer(name):
    return SECTIONS[name]() if name in SECTIONS else ""
