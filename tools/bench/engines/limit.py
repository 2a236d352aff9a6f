"""Keeps the peers to AVX2 on a processor that has more.

PyTorch has settings for it. ONNX Runtime has none, and OpenVINO none that reaches all its kernels: both ask the processor. So copies
of the two packages, in the cache folder, get another answer, that of a processor and a system with AVX2 and no more:

- With the instruction xgetbv they ask whether the system keeps the registers of AVX-512. "mov $7, %al" in its place says that it
  keeps those of AVX and no others.
- AVX-VNNI needs no more registers than those. It is in the second part of cpuid's leaf 7, for which ONNX Runtime, whose products of bytes
  would use it, asks with "mov $1, %ecx". There is no eighth part, and what is not there reads as zeros."""

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

from messages import Failure, say

SETTINGS = {"ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
# xgetbv where it is an instruction and not bytes of others: after cpuid, or after register 0 was asked for.
REGISTERS = re.compile(rb"((?:\x0f\xa2|\x31\xc9).{0,22})\x0f\x01\xd0", re.DOTALL), b"\\1\xb0\x07\x90"
AVX_VNNI = re.compile(rb"(\xb8\x07\x00\x00\x00\xb9)\x01(\x00\x00\x00\x0f\xa2)", re.DOTALL), b"\\1\x07\\2"
CHANGES = {"onnxruntime": ("onnxruntime/capi/onnxruntime_pybind11_state*.so", {"xgetbv": REGISTERS, "cpuid of leaf 7, part 1": AVX_VNNI}),
           "openvino": ("openvino/libs/libopenvino_intel_cpu_plugin.so", {"xgetbv": REGISTERS})}


def patch(library, changes):
    code = library.read_bytes()
    for instruction, (question, answer) in changes.items():
        code, count = question.subn(answer, code)
        if count == 0:
            raise Failure(f"{library}: no {instruction} found, so that it cannot be kept to AVX2")
    library.write_bytes(code)


def environment(cache):
    """What the peers' processes need besides this one's environment."""
    copies = cache / "avx2"
    complete, made_with = copies / "complete", repr(CHANGES)
    if not complete.exists() or complete.read_text() != made_with:
        say(f"copying packages that are kept to AVX2 to {copies} (once)")
        shutil.rmtree(copies, ignore_errors=True)
        for package, (pattern, changes) in CHANGES.items():
            shutil.copytree(Path(find_spec(package).origin).parent, copies / package)
            libraries = list(copies.glob(pattern))
            if not libraries:
                raise Failure(f"{copies}: expected {pattern}")
            for library in libraries:
                patch(library, changes)
        complete.write_text(made_with)
    return SETTINGS | {"PYTHONPATH": str(copies)}
