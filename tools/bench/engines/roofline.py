"""What an image costs mien, over batch sizes and resolutions, against what the machine could do."""

import random
import statistics
from dataclasses import dataclass, field

from checkpoints import stored
from engines import Mien
from messages import Failure, say
from shapes import SHAPES
from speed import Spread

BATCHES = [1, 2, 4, 8, 16]
BYTES = {"fp32": 4, "int8": 1}


@dataclass
class Point:
    model: str
    batch: int
    precision: str
    # Of all points of the model: taken between them.
    peaks: list[dict]
    rates: list[float] = field(default_factory=list)

    def speed(self):
        return Spread.of(self.rates)

    def peak(self):
        if not self.peaks:
            return None
        return statistics.median(max(peak[self.precision].values()) for peak in self.peaks)

    def share(self):
        """Of the peak, by the operations of the whole model."""
        if not self.peaks or not self.rates:
            return None
        return self.speed().median * SHAPES[self.model].operations() / 1e9 / self.peak()

    def limit(self):
        """Images a second if a batch took as long as its operations at the peak, or as reading every weight from memory
        once, whichever is longer."""
        if not self.peaks:
            return None
        shape = SHAPES[self.model]
        read = statistics.median(peak["read"] for peak in self.peaks)
        computing = self.batch * shape.operations() / 1e9 / self.peak()
        return self.batch / max(computing, shape.weight_bytes(BYTES[self.precision]) / 1e9 / read)


def measure(precisions, options, cache, peak):
    """A Point for each model, precision and batch size; the batch sizes of one model take turns."""
    points, notes, order = [], [], random.Random(0)
    for model in options.models:
        peaks = []
        folders = {}
        for precision in precisions:
            try:
                folders[precision] = stored(options.mien, precision, model, cache)
            except Failure as failure:
                notes.append(f"{SHAPES[model].title}, {precision}: {failure}")
                say(notes[-1])
        group = [Point(model, batch, precision, peaks) for precision in folders for batch in options.batches or BATCHES]
        for number in range(options.rounds):
            say(f"{model}: round {number + 1} of {options.rounds}")
            for point in order.sample(group, len(group)):
                try:
                    if not peak.why:
                        peaks.append(peak.measure(min(0.5, options.seconds)))
                    # Not all at once: together the models of one shape may need more memory than there is.
                    with Mien(options, point.precision, folders[point.precision], point.batch, cache / "mien.log") as mien:
                        point.rates.append(mien.measure(options.seconds))
                except Failure as failure:
                    notes.append(f"{SHAPES[model].title}, batch {point.batch}, {point.precision}: {failure}")
                    say(notes[-1])
                    point.rates.clear()
                    group = [other for other in group if other is not point]
        points += sorted(group, key=lambda point: (precisions.index(point.precision), point.batch))
    return [point for point in points if point.rates], notes
