"""Keeps the peers to AVX2 on a processor that has more.

PyTorch has settings for it. ONNX Runtime has none, and OpenVINO none that reaches all its kernels: both ask the processor, with
the instruction xgetbv, whether the system keeps the registers of AVX-512 for them. So copies of the two packages, in the cache
folder, have "mov $7, %al" in its place, the answer of a system that keeps those of AVX and no others. AVX-VNNI needs no more than those, and stays where there is one."""

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

from messages import Failure, say

SETTINGS = {"ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
LIBRARIES = {"onnxruntime": "onnxruntime/capi/onnxruntime_pybind11_state*.so",
             "openvino": "openvino/libs/libopenvino_intel_cpu_plugin.so"}
# xgetbv where it is an instruction and not bytes of others: after cpuid, or after register 0 was asked for.
QUESTION = re.compile(rb"((?:\x0f\xa2|\x31\xc9).{0,22})\x0f\x01\xd0", re.DOTALL)
ANSWER = b"\xb0\x07\x90"


def patch(library):
    code, count = QUESTION.subn(lambda found: found[1] + ANSWER, library.read_bytes())
    if count == 0:
        raise Failure(f"{library}: no xgetbv found, so that it cannot be kept to AVX2")
    library.write_bytes(code)


def environment(cache):
    """What the peers' processes need besides this one's environment."""
    copies = cache / "avx2"
    if not (copies / "complete").exists():
        say(f"copying packages that are kept to AVX2 to {copies} (once)")
        shutil.rmtree(copies, ignore_errors=True)
        for package, pattern in LIBRARIES.items():
            shutil.copytree(Path(find_spec(package).origin).parent, copies / package)
            libraries = list(copies.glob(pattern))
            if not libraries:
                raise Failure(f"{copies}: expected {pattern}")
            for library in libraries:
                patch(library)
        (copies / "complete").touch()
    return SETTINGS | {"PYTHONPATH": str(copies)}
