"""Features of labelled pictures outside the training data, for two_world_calibrate.py: found, cropped and embedded by the product.

    python external_features.py --external external --mien mien --model runs/encoder --output runs/features

`external` holds expressions.csv (path,subject,label), smiles.csv (path,smile,...) and the pictures. Writes portraits.safetensors and
smiles.safetensors, of the half that is for choosing: `evaluate` measures on the other.
"""

import argparse
import os
import subprocess

import torch
from safetensors.torch import load_file, save_file

import data
from evaluation.tables import bordered, listed


def embedded(mien, model, folder, names, output):
    """{name: embedding of the largest face}; `mien embed` keeps the order of its inputs."""
    paths = [os.path.join(folder, name) for name in names]
    subprocess.run(
        [mien, "embed", *paths, "-o", output, "-y", "-q", "--model", model, "--faces", "largest"], check=True
    )
    tensors = load_file(output)
    rows = tensors["embeddings"] if "embeddings" in tensors else tensors["features"]
    return {names[int(index)]: row for index, row in zip(tensors["input"], rows)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--external", required=True)
    parser.add_argument("--mien", required=True)
    parser.add_argument("--model", required=True, help="the encoder's folder")
    parser.add_argument("--output", required=True)
    options = parser.parse_args()
    os.makedirs(options.output, exist_ok=True)
    for table, target, column in (("expressions", "portraits", "label"), ("smiles", "smiles", "smile")):
        rows = listed(os.path.join(options.external, table + ".csv"), "selection")
        labels = {os.path.basename(row["path"]): row[column] for row in rows}
        source = os.path.join(options.external, os.path.dirname(rows[0]["path"]))
        folder = bordered(source, os.path.join(options.external, "bordered-" + target))
        names = sorted(labels)
        raw = os.path.join(options.output, target + ".embeddings.safetensors")
        found = embedded(options.mien, options.model, folder, names, raw)
        kept = [name for name in names if name in found]
        values = [data.EXPRESSIONS.index(labels[n]) if column == "label" else int(labels[n]) for n in kept]
        tensors = {"features": torch.stack([found[n] for n in kept]).contiguous(), "labels": torch.tensor(values)}
        save_file(tensors, os.path.join(options.output, target + ".safetensors"))
        print(target, len(kept), "of", len(names))


if __name__ == "__main__":
    main()
