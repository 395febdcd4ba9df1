"""Extreme numbers and hostile names."""
import random
import re

import honest

EXTREMES = [
    "1e-320", "4.9e-324", "0." + "0" * 330 + "1", "1e308", "1.7976931348623157e308", "9" * 400, "NaN", "-NaN", "Infinity", "-Infinity", "inf", "-1",
    "-0", "0", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616", "2147483648", "1e400", "0x7f",
]
NUMBER = re.compile(r"\d+(?:\.\d+)?")
MEBI = 1024 * 1024

# Escape sequences, bidirectional overrides, quotes of shells and page formats, and the separators of the sections.
NASTY = "\x1b[2J\x1b]0;owned\x07\u202eevil\u2066\u0085\"'`$(touch /tmp/owned)`;&|<script>alert(1)</script>\\\t\r{}%s\udcff"


def extreme(tick):
    return EXTREMES[tick % len(EXTREMES)]


def extremes(body, tick):
    """The body with every number, or a random half of them, replaced."""
    choice = random.Random(tick)
    if tick % 2:
        return NUMBER.sub(lambda _: extreme(tick // 2), body)
    return NUMBER.sub(lambda match: choice.choice(EXTREMES) if choice.random() < 0.5 else match[0], body)


def hostile_names(word):
    """A section whose free text is hostile and 1 MiB long; the name of the tmux session has 4 MiB."""
    name = NASTY + "A" * MEBI
    plain = name.replace(",", "")
    if word == "tmux":
        return honest.tmux([honest.session(0, NASTY + "A" * 4 * MEBI)])
    if word == "tmux_users":
        return "U0:other\n" + honest.session(1, name)
    if word == "system":
        lines = [f"{key}={name}" for key in ("os", "kernel", "arch")]
        return "\n".join([*lines, f"model={NASTY}", f"user={NASTY}", "tools= nvidia-smi tmux systemctl", f"boot_id={NASTY}"])
    if word == "host":
        return honest.host() + f"\nnet: {plain}: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\npressure:{plain}:some avg10=1.00 avg60=2.00 avg300=1.00 total=1"
    if word == "temperature":
        return f"T45000:95000:100000:{name}:{name}\nT45000:::{NASTY}:"
    if word == "filesystem":
        return honest.answer(word) + name + f"\n/dev/sda {NASTY} 10 10 10 60% /{name}"
    if word == "systemd":
        return f"U0:system\nId={name}\nLoadState={NASTY}\nActiveState={name}\nSubState={name}\nNRestarts=0\n"
    if word == "gpu":
        return honest.gpu().replace("NVIDIA H100", plain).replace("590.48.01", NASTY).replace("9.0", plain)
    if word == "gpu_processes":
        return f"{honest.GPU}, 4242, {name}, 1024\nGPU-{plain}, 1, {name}, 1"
    if word == "gpu_details":
        return honest.gpu_details().replace("590.48.01", "A" * MEBI).replace("13.1", "1" * MEBI)
    return f"[ 4242.000000] NVRM: Xid (PCI:0000:3b:00): 79, {name}" if word == "xid" else None
