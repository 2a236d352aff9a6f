#!/usr/bin/env python3
"""table.py OUT.csv [HOURS] [FACES]: a made-up table of mien annotate, for trying large ones out.

Thirty frames a second; expressions that come and go, action units that follow them, noise in the raw columns, and a pause
now and then in which a face is away.
"""
import sys

import numpy as np

EXPRESSIONS = ["neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise", "other"]
UNITS = [1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26]
RATE = 30


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def box_mean(x, width):
    sums = np.cumsum(np.vstack([np.zeros((1, x.shape[1])), x]), axis=0)
    low = np.clip(np.arange(len(x)) - width // 2, 0, len(x))
    high = np.clip(np.arange(len(x)) + width // 2 + 1, 0, len(x))
    return (sums[high] - sums[low]) / (high - low)[:, None]


def face(rng, frames):
    """The raw scores of one face, and the frames in which it is away."""
    logits = np.zeros((frames, 8))
    logits[:, 0] = 2
    away = np.zeros(frames, bool)
    at = 0
    while at < frames:
        length = int(rng.exponential(4 * RATE)) + 8
        if rng.random() < 0.04:
            away[at : at + length] = True
        else:
            kind = rng.choice(8, p=[0.3, 0.06, 0.05, 0.05, 0.27, 0.08, 0.12, 0.07])
            logits[at : at + length, kind] += rng.uniform(1, 4)
        at += length
    logits = box_mean(logits, 15) + rng.normal(0, 0.5, logits.shape)
    expression = softmax(logits)
    mixing = rng.normal(0, 2.4, (8, 12))
    units = 1 / (1 + np.exp(-(expression @ mixing + rng.normal(0, 0.35, (frames, 12)) - 0.8)))
    return expression, units, away


def main():
    path = sys.argv[1]
    frames = int(float(sys.argv[2]) * 3600 * RATE) if len(sys.argv) > 2 else 3600 * RATE
    faces = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    rng = np.random.default_rng(7)
    made = []
    for _ in range(faces):
        expression, units, away = face(rng, frames)
        smooth, smooth_units = box_mean(expression, 101), box_mean(units, 7)
        made.append((expression, smooth, units, smooth_units, away))
    header = ["frame", "face_id", "timestamp", "confidence", "success", "pts", "status", "face_x", "face_y", "face_w", "face_h"]
    header += EXPRESSIONS + ["expression"] + [f"AU{u:02}" for u in UNITS]
    header += ["s_" + e for e in EXPRESSIONS] + ["s_expression"] + [f"s_au{u:02}" for u in UNITS]
    cells = ",".join(["%.6f"] * 8) + ",%s," + ",".join(["%.6f"] * 12)
    with open(path, "w") as out:
        out.write(",".join(header) + "\n")
        for i in range(frames):
            seen = False
            place = f"{i / RATE:.6f}"
            for id, (expression, smooth, units, smooth_units, away) in enumerate(made):
                if away[i]:
                    continue
                seen = True
                row = f"{i + 1},{id},{place},0.934100,1,{i * 512},ok,{100 + 300 * id}.00,80.00,160.00,180.00,"
                row += cells % (*expression[i], EXPRESSIONS[expression[i].argmax()], *units[i])
                row += "," + cells % (*smooth[i], EXPRESSIONS[smooth[i].argmax()], *smooth_units[i])
                out.write(row + "\n")
            if not seen:
                out.write(f"{i + 1},-1,{place},,0,{i * 512},no_face," + "," * 45 + "\n")


if __name__ == "__main__":
    main()
