"""What the figures were measured on."""

import datetime
import os
import platform
from importlib.metadata import version
from pathlib import Path

from engines import run
from messages import Failure, say

PACKAGES = {"torch": "PyTorch", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "transformers": "transformers"}
# Of all cores; what others may use before the figures suffer.
BUSY = 0.02


def core_seconds():
    """Of all cores together: what processes used, what the hypervisor took, and everything."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    user, nice, system, idle, waiting, interrupts, soft_interrupts, stolen = (
        tick / os.sysconf("SC_CLK_TCK") for tick in ticks)
    return user + nice + system, stolen, sum(ticks) / os.sysconf("SC_CLK_TCK")


def own_seconds():
    """What this process used, and those that it started and that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class Machine:
    def __init__(self, options):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        about = dict(line.split(":", 1) for line in reversed(lines) if ":" in line)
        about = {key.strip(): value.strip() for key, value in about.items()}
        self.processor = about.get("model name", platform.machine())
        self.family = f"family {about.get('cpu family', '?')}, model {about.get('model', '?')}"
        flags = about.get("flags", "").split()
        self.instructions = [name for name in ("avx2", "fma", "avx_vnni", "avx512f", "avx512_vnni") if name in flags]
        self.isa = options.isa
        self.cores, self.threads = len(os.sched_getaffinity(0)), options.threads
        self.versions = {title: version(name) for name, title in PACKAGES.items()}
        try:
            self.versions = {"mien": run([options.mien, "--version"]).split()[-1]} | self.versions
        except (Failure, IndexError):
            self.versions = {"mien": "?"} | self.versions
        self.date = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
        self.begin = (*core_seconds(), own_seconds())
        self.others = self.stolen = 0.0

    def end(self):
        """Notes what others used since the beginning, when all that was started has ended."""
        used, stolen, everything, own = (
            now - then for now, then in zip((*core_seconds(), own_seconds()), self.begin))
        self.stolen = stolen / max(everything, 1e-9)
        self.others = max(0, used - own) / max(everything, 1e-9)
        if self.others + self.stolen > BUSY:
            say(f"this machine was not quiet: others had {self.others + self.stolen:.0%} of its cores")

    def fields(self):
        return {key: value for key, value in vars(self).items() if key != "begin"}

    def line(self):
        return (
            f"{self.processor} ({self.family}; {', '.join(self.instructions)}"
            + (f"; all engines kept to {self.isa}" if self.isa else "")
            + f"), {self.cores} cores, {self.threads} threads; "
            + ", ".join(f"{title} {number}" for title, number in self.versions.items())
            + f"; {self.date}; other processes had {self.others:.1%} of the cores meanwhile, the hypervisor took {self.stolen:.1%}"
        )
