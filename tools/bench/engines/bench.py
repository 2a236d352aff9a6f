"""Goes through models and batch sizes, and prints. tools/bench/peers starts this in its virtual environment."""

import json
import os
import shutil
import signal
import sys
from dataclasses import asdict

from messages import Failure, quieten, say

quieten()

import accuracy
import limit
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


class Report:
    """What was measured so far. It is printed also when something ends the run early."""

    def __init__(self):
        self.comparisons, self.results, self.pictures = [], [], 0
        self.notes, self.failures, self.interrupted = [], [], False

    def exit_status(self):
        return 130 if self.interrupted else 1 if self.failures else 0


def measure(report, engines, options, folder, peak):
    if options.only != "accuracy":
        for model in options.models:
            for batch in batches(options, model):
                comparison = speed.compare(engines, model, batch, shape_of(model), options, folder, peak)
                report.comparisons.append(comparison)
                report.failures += ours(comparison.failed)
                if not options.json:
                    print(tables.one(comparison, options.engines), end="\n\n", flush=True)
    if options.only != "speed":
        for model in [*options.models, *([OUTLIERS] if options.outliers else [])]:
            results, failed, report.pictures = accuracy.compare(engines, model, shape_of(model), options, folder)
            report.results += results
            report.notes += failed.values()
            report.failures += ours(failed) + accuracy.wrong(results)


def ours(failed):
    """A peer may be missing; mien may not."""
    return [message for engine, message in failed.items() if engine.startswith("mien-")]


def compare(options, folder, machine, peak):
    report = Report()
    try:
        engines, report.notes = wanted_engines(options)
        measure(report, engines, options, folder, peak)
    except KeyboardInterrupt:
        report.interrupted = True
        report.notes.append("interrupted: not all was measured")
    except (Failure, OSError) as error:
        say(str(error))
        report.failures.append(str(error))
    machine.end()
    if peak.why:
        report.notes.append(f"no share of the peak: {peak.why}")
    notes = list(dict.fromkeys(report.notes + report.failures))
    if options.json:
        print(json.dumps({
            "machine": machine.fields(), "rounds": options.rounds, "seconds": options.seconds,
            "speed": [tables.values(comparison) for comparison in report.comparisons],
            "accuracy": [asdict(result) for result in report.results], "pictures": report.pictures, "notes": notes}, indent=2))
    else:
        parts = [tables.accuracy(report.results, report.pictures)] if report.results else []
        if report.comparisons:
            parts += ["### All", tables.summary(report.comparisons, options.engines), tables.ABOUT]
        parts += [f"Rounds: {options.rounds} of {options.seconds:g} s. {machine.line()}"]
        print("\n\n".join(parts + ["\n".join(f"- {note}" for note in notes)]).rstrip())
    return report.exit_status()


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
        if options.isa:
            os.environ |= limit.environment(folder)
        machine, peak = Machine(options), Peak(folder, options.threads, options.isa)
        return (draw_roofline if options.roofline else compare)(options, folder, machine, peak)
    except (Failure, OSError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
