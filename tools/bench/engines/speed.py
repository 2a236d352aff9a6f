"""The speed of all engines with one model and one batch size: in turns, in an order that changes, several rounds."""

import random
import statistics
import time
from dataclasses import dataclass, field

from checkpoints import checkpoint, export, quantize, stored
from engines import Mien, Peak, Peer
from messages import Failure, say
from options import ENGINES, FP32_PEERS

# Thread pools spin for some milliseconds before they sleep.
SETTLE = 0.1
# Processors of a shared machine can be two threads of one core for a while, or wait for somebody else's. A turn counts if multiply-adds
# between registers reached this share of their best in the whole run, just before it and just after.
UNDISTURBED = 0.9
# Of one core; what an idle process may use while another is measured.
LARGEST_IDLE = 0.02


@dataclass
class Spread:
    """The median of rounds, and their ends."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values):
        return cls(statistics.median(values), min(values), max(values)) if values else None


@dataclass
class Turn:
    """Images a second, and what multiply-adds between registers reached around them: the lesser of before and after."""

    rate: float
    registers: float | None


@dataclass
class Comparison:
    model: str
    batch: int
    peak_meter: Peak
    notes: list[str] = field(default_factory=list)
    # Why, by engine.
    failed: dict[str, str] = field(default_factory=dict)
    turns: dict[str, list[Turn]] = field(default_factory=dict)
    peaks: list[dict] = field(default_factory=list)

    def counts(self, turn):
        return turn.registers is None or turn.registers >= UNDISTURBED * self.peak_meter.most_now

    def disturbed(self):
        """How many turns there were, and how many of them do not count."""
        turns = [turn for turns in self.turns.values() for turn in turns]
        return len(turns), sum(not self.counts(turn) for turn in turns)

    def speed(self, engine):
        turns = self.turns.get(engine, [])
        # A machine that was never quiet has still been measured; table and notes tell.
        return Spread.of([turn.rate for turn in turns if self.counts(turn)] or [turn.rate for turn in turns])

    def ratio(self, engine, other):
        """Of the medians, since undisturbed turns are alike whatever their round; with the ends of the rounds' own ratios."""
        ours, theirs = self.speed(engine), self.speed(other)
        if not ours or not theirs:
            return None
        ratios = [one.rate / two.rate for one, two in zip(self.turns[engine], self.turns[other])]
        return Spread(ours.median / theirs.median, min(ratios), max(ratios))

    def fastest_fp32_peer(self):
        there = [engine for engine in FP32_PEERS if engine in self.turns]
        return max(there, key=lambda engine: self.speed(engine).median, default=None)

    def peak(self, kind):
        """10^9 operations a second with the fastest instructions there are, in the best round."""
        return max(max(peak[kind].values()) for peak in self.peaks) if self.peaks else None

    def read(self):
        return max(peak["read"] for peak in self.peaks) if self.peaks else None


def start(engine, model, batch, shape, options, cache):
    if engine.startswith("mien-"):
        precision = engine.removeprefix("mien-")
        folder = stored(options.mien, precision, model, cache)
        return Mien(options, precision, folder, batch, cache / f"{engine}.log")
    makers = {"torch": checkpoint, "ort-int8": quantize}
    return Peer(engine, makers.get(engine, export)(model, cache), batch, shape.side, options.threads, cache / f"{engine}.log")


def compare(engines, model, batch, shape, options, cache, peak):
    """Measures. An engine that fails is left out, with a note that says why."""
    result, running, idle = Comparison(model, batch, peak), {}, {}
    order = random.Random(0)

    def fail(engine, failure):
        result.failed[engine] = f"{ENGINES.get(engine, engine)}: {failure}"
        result.notes.append(result.failed[engine])
        say(result.notes[-1])
        result.turns.pop(engine, None)
        if engine in running:
            running.pop(engine).close()

    try:
        for engine in engines:
            try:
                running[engine] = start(engine, model, batch, shape, options, cache)
            except Failure as failure:
                fail(engine, failure)
        for number in range(options.rounds):
            say(f"{model}, batch {batch}: round {number + 1} of {options.rounds}")
            turns = [*running, *([] if peak.why else ["peak"])]
            order.shuffle(turns)
            for turn in turns:
                time.sleep(SETTLE)
                try:
                    if turn == "peak":
                        result.peaks.append(peak.measure(min(1, options.seconds)))
                    else:
                        before = peak.now()
                        rate = watched(turn, running, options.seconds, idle)
                        after = peak.now()
                        result.turns.setdefault(turn, []).append(Turn(rate, None if after is None else min(before, after)))
                except Failure as failure:
                    fail(turn, failure)
    finally:
        for engine in running.values():
            engine.close()
    for engine, share in idle.items():
        if share > LARGEST_IDLE:
            result.notes.append(f"{ENGINES[engine]} used {share:.0%} of a core while others were measured")
    return result


def watched(turn, running, seconds, idle):
    """Measures one engine, and notes what the others use meanwhile."""
    others = {name: engine for name, engine in running.items() if name != turn}
    before = {name: engine.cpu_seconds() for name, engine in others.items()}
    begin = time.perf_counter()
    rate = running[turn].measure(seconds)
    elapsed = time.perf_counter() - begin
    for name, engine in others.items():
        # The clock of /proc ticks a hundred times a second.
        idle[name] = max(idle.get(name, 0), (engine.cpu_seconds() - before[name] - 0.02) / elapsed)
    return rate
