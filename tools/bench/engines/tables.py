"""Results as Markdown tables, and as values for JSON."""

from dataclasses import asdict

from accuracy import TITLES
from checkpoints import OUTLIERS, OUTLIER_CHANNELS, OUTLIER_FACTOR, OUTLIER_LAYERS, shape_of
from options import ENGINES
from shapes import SHAPES

ABOUT = """\
Operations are two for each multiply-add of the whole model, attention included (norms, softmax and activations not).
"of peak" is their rate as a share of what the same number of threads reach in registers, in the best of the same rounds with the
fastest instructions there are: multiply-adds for fp32, products of bytes, eight of them summed in 16 bits before 32, for int8.
Images a second are medians of undisturbed turns, and ratios are between these; in brackets, the least and the largest within
one round, disturbed or not. ONNX Runtime int8 is dynamic quantisation with signed weights by output channel, without
reduce_range: pairs of products can saturate where there is no VNNI."""


def table(header, rows, left=1):
    lines = [header, ["---"] * left + ["---:"] * (len(header) - left), *rows]
    return "\n".join("| " + " | ".join(cell or "" for cell in line) + " |" for line in lines)


def number(value):
    """Three digits."""
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def percent(value):
    return "" if value is None else f"{value:.0%}"


def range_of(spread):
    return f"{number(spread.low)} to {number(spread.high)}" if spread else ""


def ratio(spread):
    return f"{spread.median:.2f}" if spread else ""


def kind(engine):
    return "int8" if "int8" in engine else "fp32"


def title(model):
    return shape_of(model).title + (" with outliers" if model == OUTLIERS else "")


def share(comparison, engine, operations):
    speed, peak = comparison.speed(engine), comparison.peak(kind(engine))
    return speed.median * operations / 1e9 / peak if speed and peak else None


def one(comparison, engines):
    """The table of one model and batch size."""
    shape = SHAPES[comparison.model]
    fastest = comparison.fastest_fp32_peer()
    rows = []
    for engine in engines:
        speed = comparison.speed(engine)
        milliseconds = 1000 / speed.median if speed else None
        rate = speed.median * shape.operations() / 1e9 if speed else None
        rows.append([
            ENGINES[engine], number(speed and speed.median), range_of(speed), number(milliseconds), number(rate),
            percent(share(comparison, engine, shape.operations())), ratio(comparison.ratio(engine, fastest))])
    header = ["engine", "images/s", "lowest to highest", "ms/image", "10⁹ op/s", "of peak"]
    header.append(f"/ {ENGINES[fastest]}" if fastest else "ratio")
    lines = [f"### {shape.title}, batch {comparison.batch}", "", table(header, rows), ""]
    for ours, theirs in (("mien-fp32", fastest), ("mien-int8", "ort-int8"), ("mien-int8", "mien-fp32")):
        spread = comparison.ratio(ours, theirs)
        if spread:
            lines.append(f"- {ENGINES[ours]} / {ENGINES[theirs]}: **{ratio(spread)}** ({range_of(spread)})")
    for engine in ("mien-fp32", "mien-int8"):
        spared = shape.operations_spared() if engine == "mien-fp32" else 0
        done = share(comparison, engine, shape.operations() - shape.operations_left_out() - spared)
        if done:
            strassen = ", and seven products of quarters for eight" if spared else ""
            lines.append(
                f"- {ENGINES[engine]} computes only the class token's row of the last block{strassen}: with what it does "
                f"itself, it is at {percent(done)} of the peak")
    if comparison.peaks:
        lines.append(
            f"- peak: {number(comparison.peak('fp32'))} GFLOP/s, int8 {number(comparison.peak('int8'))} GOP/s; memory "
            f"{number(comparison.read())} GB/s; {number(shape.operations() / 1e9)} GFLOP an image")
    turns, disturbed = comparison.disturbed()
    if disturbed:
        lines.append(
            f"- {disturbed} of {turns} turns do not count: just before or after them, multiply-adds between registers were more than a tenth "
            "slower than at best (of an engine that has no other, they do)")
    lines += [f"- {note}" for note in comparison.notes]
    return "\n".join(lines)


def summary(comparisons, engines):
    rows = []
    for comparison in comparisons:
        shape, fastest = SHAPES[comparison.model], comparison.fastest_fp32_peer()
        rates = [comparison.speed(engine) for engine in engines]
        rows.append([
            shape.title, str(comparison.batch), *[number(rate and rate.median) for rate in rates],
            ratio(comparison.ratio("mien-fp32", fastest)), ratio(comparison.ratio("mien-int8", "ort-int8")),
            percent(share(comparison, "mien-fp32", shape.operations())),
            percent(share(comparison, "mien-int8", shape.operations()))])
    header = ["images/s", "batch", *[ENGINES[engine] for engine in engines], "mien fp32 / fastest fp32 peer",
              "mien int8 / ONNX Runtime int8", "mien fp32 of peak", "mien int8 of peak"]
    return table(header, rows)


def accuracy(results, pictures):
    rows = [
        [title(result.model), TITLES[result.engine], f"{result.least:.6f}", f"{result.mean:.6f}",
         f"{result.least_centred:.6f}"]
        for result in results
    ]
    header = ["model", "engine", "least cosine", "mean cosine", "least centred cosine"]
    lines = [
        f"### Embeddings against PyTorch fp32, {pictures} pictures, one at a time", "", table(header, rows, left=2), "",
        "The centred cosine is between embeddings less PyTorch's mean over all pictures: random weights say nearly the same of "
        "every picture, which makes the plain one high."]
    if any(result.model == OUTLIERS for result in results):
        lines.append(
            f"With outliers: {OUTLIER_CHANNELS} channels of the norms in blocks {', '.join(map(str, OUTLIER_LAYERS))} (from 0) "
            f"are {OUTLIER_FACTOR} times as large.")
    return "\n".join(lines)


def roofline(points):
    rows = []
    for point in points:
        shape, speed = SHAPES[point.model], point.speed()
        limit = point.limit()
        rows.append([
            shape.title, point.precision, str(shape.tokens), str(point.batch), number(speed.median), range_of(speed),
            number(1000 / speed.median), number(shape.operations() / 1e9),
            number(speed.median * shape.operations() / 1e9), percent(point.share()), number(limit),
            percent(speed.median / limit if limit else None)])
    header = ["model", "precision", "tokens", "batch = faces a frame", "images/s", "lowest to highest", "ms/image",
              "GFLOP/image", "10⁹ op/s", "of peak", "limit, images/s", "of the limit"]
    about = ("The limit is what the operations take at the peak, or reading every weight from memory once a batch, whichever is "
             "longer. Operations are those of the whole model, attention included.")
    return table(header, rows, left=2) + "\n\n" + about


def values(comparison):
    shape, fastest = SHAPES[comparison.model], comparison.fastest_fp32_peer()
    spread = lambda value: asdict(value) if value else None  # noqa: E731
    return {
        "model": comparison.model, "batch": comparison.batch, "tokens": shape.tokens,
        "operations": shape.operations(), "operations_left_out_by_mien": shape.operations_left_out(),
        "operations_spared_by_mien_fp32": shape.operations_spared(),
        "images_per_second": {engine: spread(comparison.speed(engine)) for engine in comparison.turns},
        "share_of_peak": {engine: share(comparison, engine, shape.operations()) for engine in comparison.turns},
        "turns": {engine: [asdict(turn) for turn in turns] for engine, turns in comparison.turns.items()},
        "peaks": comparison.peaks, "fastest_fp32_peer": fastest,
        "mien_fp32_to_fastest_fp32_peer": spread(comparison.ratio("mien-fp32", fastest)),
        "mien_int8_to_ort_int8": spread(comparison.ratio("mien-int8", "ort-int8")), "notes": comparison.notes,
    }


def point_values(point):
    speed = point.speed()
    return {
        "model": point.model, "precision": point.precision, "tokens": SHAPES[point.model].tokens, "batch": point.batch,
        "images_per_second": asdict(speed), "operations": SHAPES[point.model].operations(), "share_of_peak": point.share(),
        "limit_images_per_second": point.limit(), "rounds": point.rates, "peaks": point.peaks,
    }
