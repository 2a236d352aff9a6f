"""What the figures were measured on."""

import datetime
import os
import platform
from importlib.metadata import version
from pathlib import Path

from engines import run
from messages import Failure, say

PACKAGES = {"torch": "PyTorch", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "transformers": "transformers"}
BUSY = 0.3


def cpu_times():
    """Hundredths of a second of all cores: what the hypervisor took, and everything."""
    fields = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return fields[7], sum(fields)


class Machine:
    def __init__(self, options):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        about = dict(line.split(":", 1) for line in reversed(lines) if ":" in line)
        about = {key.strip(): value.strip() for key, value in about.items()}
        self.processor = about.get("model name", platform.machine())
        self.family = f"family {about.get('cpu family', '?')}, model {about.get('model', '?')}"
        flags = about.get("flags", "").split()
        self.instructions = [name for name in ("avx2", "fma", "avx_vnni", "avx512f", "avx512_vnni") if name in flags]
        self.cores, self.threads = len(os.sched_getaffinity(0)), options.threads
        self.versions = {title: version(name) for name, title in PACKAGES.items()}
        try:
            self.versions = {"mien": run([options.mien, "--version"]).split()[-1]} | self.versions
        except (Failure, IndexError):
            self.versions = {"mien": "?"} | self.versions
        self.date = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
        self.load, self.stolen, self.begin = os.getloadavg()[0], 0.0, cpu_times()
        if self.load > BUSY * self.cores:
            say(f"this machine is busy (load {self.load:.1f} on {self.cores} cores): the figures will say little")

    def end(self):
        """Notes what the hypervisor took since the beginning."""
        stolen, everything = (now - then for now, then in zip(cpu_times(), self.begin))
        self.stolen = stolen / max(everything, 1)

    def fields(self):
        return {key: value for key, value in vars(self).items() if key != "begin"}

    def line(self):
        return (
            f"{self.processor} ({self.family}; {', '.join(self.instructions)}), {self.cores} cores, {self.threads} threads; "
            + ", ".join(f"{title} {number}" for title, number in self.versions.items())
            + f"; {self.date}; load {self.load:.1f} at the start, {self.stolen:.1%} of the time taken by the hypervisor"
        )
