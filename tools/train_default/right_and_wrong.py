"""The page of faces that a model reads right and of faces that it reads wrong: rendered people nobody trained on, by mien itself.

    python right_and_wrong.py --rendered faces --mien mien --output ../../docs/right-and-wrong.md

Of the pictures whose expression is certain (worlds.py) twenty that are read right and twenty that are not are drawn at random, in turn from each
expression. Writes the page and a contact sheet beside it.
"""

import argparse
import os
import tempfile

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import data
import worlds
from evaluation.product import UNITS, Product
from evaluation.tables import bordered

SHOWN, COLUMNS, SIDE, LINES, LINE = 20, 5, 176, 5, 15  # faces of each half, pixels of a face, lines of text below it
PRESENT = 0.4  # FACS B and more

PAGE = """# Right and wrong

Twenty rendered faces whose expression the built-in model reads right, and twenty that it reads wrong. Nobody in the pictures exists; no
weight has seen these people. The faces come from `tools/train_default/render` (MakeHuman assets, CC0), so that expression and action
units are known exactly. Both twenties are drawn at random, in turn from each expression. So the sheet shows the kinds of mistakes and not
how often they happen: in {count} such pictures mien found {found} faces and read the expression of {right} rightly ({share:.0%}):

{table}

Below each face: what it shows; what mien says, with the probability; then the action units that mien sees rightly, those that it misses (of
degree B and more), and those that it sees where there is nothing. Real faces are another matter: [model-card.md](model-card.md) has
those figures.

![Twenty faces read right, then twenty read wrong]({picture})

Made by `tools/train_default/right_and_wrong.py`.
"""


def certain(faces):
    """{index: expression} of the pictures that show one clearly, or none at all."""
    found = {}
    for index, kind in enumerate(faces.kind):
        plain = kind == "neutral" and faces.vote_weights[index] > 0
        if plain or (kind in worlds.SHOWN and faces.vote_weights[index] == 1):
            found[index] = "neutral" if plain else worlds.SHOWN[kind]
    return found


def drawn(indices, truth, rng):
    """SHOWN of the indices, in turn from each expression."""
    piles = [rng.permutation([i for i in indices if truth[i] == name]).tolist() for name in data.EXPRESSIONS]
    order = [pile[turn] for turn in range(len(indices)) for pile in piles if turn < len(pile)]
    return sorted(order[:SHOWN], key=lambda index: data.EXPRESSIONS.index(truth[index]))


def lines(row, truth, degrees, thresholds):
    """The text below a face."""
    said = max(data.EXPRESSIONS, key=lambda name: row[name])
    active = {unit for unit in UNITS if row[unit] >= thresholds[unit]}
    present = {unit for unit, degree in zip(UNITS, degrees) if degree >= PRESENT}

    def listed(units):
        return " ".join(str(int(unit[2:])) for unit in sorted(units)) or "-"

    return [
        f"shows {truth}",
        f"mien: {said} {row[said]:.2f}",
        f"seen {listed(present & active)}",
        f"missed {listed(present - active)}",
        f"false {listed(active - present)}",
    ]


def sheet(tiles, path):
    """`tiles` of (picture, lines), two halves of SHOWN."""
    font, height = ImageFont.load_default(size=12), SIDE + LINES * LINE + 8
    rows, heading = -(-len(tiles) // COLUMNS), 26
    picture = Image.new("RGB", (COLUMNS * (SIDE + 8), rows * height + 2 * heading), "white")
    draw = ImageDraw.Draw(picture)
    for half, title in enumerate(("Read right", "Read wrong")):
        draw.text((6, half * (rows // 2 * height + heading) + 4), title, "black", ImageFont.load_default(size=17))
    for index, (face, texts) in enumerate(tiles):
        x = index % COLUMNS * (SIDE + 8) + 4
        y = index // COLUMNS * height + heading * (1 + index // SHOWN)
        picture.paste(Image.fromarray(face).resize((SIDE, SIDE), Image.Resampling.BICUBIC), (x, y))
        for number, text in enumerate(texts):
            draw.text((x + 2, y + SIDE + 2 + number * LINE), text, "black", font)
    picture.save(path, quality=82, optimize=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rendered", required=True, nargs="+", help="folders of shards")
    parser.add_argument("--mien", required=True, help="the command")
    parser.add_argument("--model", help="a model folder; without it the built-in one")
    parser.add_argument("--output", required=True, help="the page, .md")
    options = parser.parse_args()
    faces = worlds.rendered(options.rendered, held_out=True)
    truth, images = certain(faces), faces.images.permute(0, 2, 3, 1).numpy()
    with tempfile.TemporaryDirectory() as folder:
        product = Product(os.path.abspath(options.mien), options.model, os.path.join(folder, "tables"))
        os.makedirs(product.folder)
        source = os.path.join(folder, "source")
        os.makedirs(source)
        for index in truth:
            Image.fromarray(images[index]).resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(f"{source}/{index:05}.png")
        rows = product.pictures(bordered(source, os.path.join(folder, "faces")))
        thresholds = product.thresholds()
    found = {index: row for index in truth if (row := rows[f"{index:05}.png"]) is not None}
    right = {i for i, row in found.items() if max(data.EXPRESSIONS, key=lambda name: row[name]) == truth[i]}
    rng = np.random.default_rng(5)
    chosen = drawn(sorted(right), truth, rng) + drawn(sorted(set(found) - right), truth, rng)
    tiles = [(images[i], lines(found[i], truth[i], faces.units[i, :12].tolist(), thresholds)) for i in chosen]
    picture = os.path.splitext(options.output)[0] + ".jpg"
    sheet(tiles, picture)
    table = ["| shows | pictures | read right |", "| --- | --- | --- |"]
    for name in data.EXPRESSIONS:
        those = [index for index in found if truth[index] == name]
        if those:
            table.append(f"| {name} | {len(those)} | {len(right.intersection(those))} |")
    text = PAGE.format(
        count=len(truth), found=len(found), right=len(right), share=len(right) / len(found), table="\n".join(table),
        picture=os.path.basename(picture),
    )  # fmt: skip
    with open(options.output, "w") as file:
        file.write(text)


if __name__ == "__main__":
    main()
