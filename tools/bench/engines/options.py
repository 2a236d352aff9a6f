"""The options of tools/bench/peers, and where it keeps its things. Nothing but the standard library: the packages are not
installed yet when these are read."""

import argparse
import hashlib
import os
from pathlib import Path

from shapes import SHAPES

ROOT = Path(__file__).resolve().parents[3]
REQUIREMENTS = Path(__file__).parent / "requirements.txt"
# Counts up when checkpoints or exports are made in another way, so that old ones are not used.
RECIPE = 1

ENGINES = {
    "mien-fp32": "mien fp32",
    "mien-int8": "mien int8",
    "torch": "PyTorch fp32",
    "ort": "ONNX Runtime fp32",
    "ort-int8": "ONNX Runtime int8",
    "openvino": "OpenVINO fp32",
}
FP32_PEERS = ["torch", "ort", "openvino"]

DESCRIPTION = """\
Compare the image encoder with PyTorch, ONNX Runtime and OpenVINO on this machine: speed, share of the processor's peak,
and how far the embeddings are from PyTorch's.

    swift build -c release
    tools/bench/peers                    # B/32, B/16 and L/14; about 40 minutes, 6 GB of disk and 8 GB of memory
    tools/bench/peers --quick            # B/32 alone, two short rounds: to see that it works
    tools/bench/peers --roofline         # mien alone, over batch sizes and resolutions
    tools/bench/peers --only accuracy --outliers --models b32

The first run makes a virtual environment with the packages of tools/bench/engines/requirements.txt, and checkpoints of the true shapes
with random weights; both stay in the cache folder. All engines have the same number of threads, take turns, and
compute one at a time. The machine has to be quiet.
"""


def whole(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text}: expected a number from 1 on")
    return value


def seconds(text):
    value = float(text)
    if not 0.01 <= value <= 3600:
        raise argparse.ArgumentTypeError(f"{text}: expected seconds from 0.01 to 3600")
    return value


def several(of):
    """A parser of comma-separated words, each one of `of`."""

    def parse(text):
        words = text.split(",")
        for word in words:
            if word not in of:
                raise argparse.ArgumentTypeError(f"{word!r}: expected some of {','.join(of)}")
        return list(dict.fromkeys(words))

    return parse


def batches(text):
    return sorted({whole(word) for word in text.split(",")})


def parse(arguments=None):
    parser = argparse.ArgumentParser(
        prog="peers", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--models", type=several(SHAPES), help=f"some of {','.join(SHAPES)} (b32,b16,l14; --roofline: all)")
    add("--batches", type=batches, help="images encoded together (1,8; L/14: 1,4; --roofline: 1,2,4,8,16)")
    add("--engines", type=several(ENGINES), default=list(ENGINES), help=f"some of {','.join(ENGINES)}; default all")
    add("--rounds", type=whole, help="measurements of each engine (5; --roofline: 3)")
    add("--seconds", type=seconds, help="how long one takes, about (5)")
    add("--threads", type=whole, default=len(os.sched_getaffinity(0)), help="of every engine; default all (%(default)s)")
    add("--isa", choices=["avx2"],
        help="keep all engines to AVX2, without AVX-512 and VNNI, to compare them as on a processor that has no more")
    add("--only", choices=["speed", "accuracy"], help="leave the other comparison out")
    add("--outliers", action="store_true",
        help="also compare the accuracy on a B/32 whose activations are 50 times larger in some channels, as those of "
        "trained transformers are")
    add("--pictures", type=Path, metavar="FOLDER", help="also compare the accuracy on these pictures")
    add("--roofline", action="store_true", help="measure mien alone over batch sizes and resolutions")
    add("--quick", action="store_true", help="two short rounds; B/32 unless --models says otherwise")
    add("--mien", type=Path, default=ROOT / ".build/release/mien", help="the executable (.build/release/mien)")
    add("--work", type=Path, default=default_work(), help="the cache folder (%(default)s)")
    add("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    if options.roofline and (options.only or options.outliers or options.pictures):
        parser.error("--roofline measures speed alone: without --only, --outliers and --pictures")
    if options.outliers and options.only == "speed":
        parser.error("--outliers is for the accuracy, which --only speed leaves out")
    if options.isa and options.only != "speed" and not options.roofline:
        parser.error("--isa is for the speed: with --only speed, or --roofline")
    options.models = options.models or default_models(options)
    options.rounds = options.rounds or (2 if options.quick else 3 if options.roofline else 5)
    options.seconds = options.seconds or (1 if options.quick else 5)
    return options


def default_models(options):
    if options.quick:
        return ["b32"]
    return list(SHAPES) if options.roofline else ["b32", "b16", "l14"]


def default_work():
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mien/bench_peers"


def cache(options):
    """The folder of one set of packages and one recipe: other versions begin with an empty one."""
    key = hashlib.sha256(REQUIREMENTS.read_bytes() + bytes([RECIPE])).hexdigest()[:12]
    return options.work.expanduser().resolve() / key
