"""Goes through models and batch sizes, and prints. tools/bench_peers starts this in its virtual environment."""

import json
import shutil
import signal
import sys
from dataclasses import asdict

from messages import Failure, quieten, say

quieten()

import accuracy
import roofline
import speed
import tables
from checkpoints import OUTLIERS, shape_of
from engines import Peak, missing_precision
from machine import Machine
from options import cache, parse

LEAST_FREE = 8 << 30


def wanted_engines(options):
    """Those of the options that there are, and notes about the others."""
    engines, notes = list(options.engines), []
    if "mien-int8" in engines:
        why = missing_precision(options.mien, "int8")
        if why:
            engines.remove("mien-int8")
            notes.append(f"mien int8 is not available: {why}")
            say(notes[-1])
    return engines, notes


def batches(options, model):
    return options.batches or ([1, 4] if shape_of(model).is_large else [1, 8])


def compare(options, folder, machine, peak):
    engines, notes = wanted_engines(options)
    comparisons, results, pictures = [], [], 0
    if options.only != "accuracy":
        for model in options.models:
            for batch in batches(options, model):
                comparisons.append(speed.compare(engines, model, batch, shape_of(model), options, folder, peak))
                if not options.json:
                    print(tables.one(comparisons[-1], options.engines), end="\n\n", flush=True)
    if options.only != "speed":
        for model in [*options.models, *([OUTLIERS] if options.outliers else [])]:
            more, why, pictures = accuracy.compare(engines, model, shape_of(model), options, folder)
            results += more
            notes += why
    machine.end()
    if peak.why:
        notes.append(f"no share of the peak: {peak.why}")
    failures = accuracy.wrong(results)
    if options.json:
        print(json.dumps({
            "machine": machine.fields(), "rounds": options.rounds, "seconds": options.seconds,
            "speed": [tables.values(comparison) for comparison in comparisons],
            "accuracy": [asdict(result) for result in results], "pictures": pictures, "notes": notes,
            "failures": failures}, indent=2))
    else:
        parts = [tables.accuracy(results, pictures)] if results else []
        if comparisons:
            parts += ["### All", tables.summary(comparisons, options.engines), tables.ABOUT]
        parts += [f"Rounds: {options.rounds} of {options.seconds:g} s. {machine.line()}"]
        print("\n\n".join(parts + ["\n".join(f"- {note}" for note in notes + failures)]).rstrip())
    failed = [note for comparison in comparisons for note in comparison.notes if "mien" in note.partition(":")[0]]
    return 1 if failures or failed else 0


def draw_roofline(options, folder, machine, peak):
    engines, notes = wanted_engines(options)
    precisions = [engine.removeprefix("mien-") for engine in engines if engine.startswith("mien-")]
    if not precisions:
        raise Failure("--roofline measures mien alone: --engines has to name mien-fp32 or mien-int8")
    points, more = roofline.measure(precisions, options, folder, peak)
    notes += more + ([f"no share of the peak: {peak.why}"] if peak.why else [])
    machine.end()
    if options.json:
        print(json.dumps({
            "machine": machine.fields(), "rounds": options.rounds, "seconds": options.seconds,
            "roofline": [tables.point_values(point) for point in points], "notes": notes}, indent=2))
    else:
        parts = [tables.roofline(points), f"Rounds: {options.rounds} of {options.seconds:g} s. {machine.line()}"]
        print("\n\n".join(parts + ["\n".join(f"- {note}" for note in notes)]).rstrip())
    return 1 if more else 0


def main():
    options = parse()
    folder = cache(options)
    # As Ctrl-C: every worker is ended on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if shutil.disk_usage(folder).free < LEAST_FREE:
        say(f"{folder}: less than 8 GB free, which all models together may need")
    try:
        machine, peak = Machine(options), Peak(folder, options.threads)
        return (draw_roofline if options.roofline else compare)(options, folder, machine, peak)
    except (Failure, OSError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
