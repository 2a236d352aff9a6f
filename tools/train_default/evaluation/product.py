"""Runs the product and reads its tables."""

import csv
import json
import os
import subprocess
import tempfile

EXPRESSIONS = ["neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise", "other"]
UNITS = ["AU01", "AU02", "AU04", "AU06", "AU07", "AU10", "AU12", "AU15", "AU23", "AU24", "AU25", "AU26"]


class Product:
    """The command `mien` with one model. Tables are kept in `folder`, one for each input."""

    def __init__(self, command, model=None, folder=None):
        self.command, self.model = command, model
        self.folder = folder or tempfile.mkdtemp(prefix="mien-evaluate-")

    def thresholds(self):
        """{AU: threshold} of the model."""
        if self.model:
            with open(os.path.join(self.model, "mien.json")) as file:
                manifest = json.load(file)
            return dict(zip(UNITS, manifest["calibration"]["au_thresholds"]))
        text = subprocess.run([self.command, "model", "inspect", "--json"], stdout=subprocess.PIPE, check=True).stdout
        return _find(json.loads(text), "au_thresholds")

    def table(self, path):
        """Rows of `mien annotate` for one clip, dictionaries with numbers where there are numbers."""
        output = os.path.join(self.folder, os.path.basename(path) + ".csv")
        if not os.path.exists(output):
            self._annotate([path], output)
        return _rows(output)

    def pictures(self, folder):
        """{file name: row of the largest face, or None} for all pictures of a folder."""
        output = os.path.join(self.folder, os.path.basename(os.path.normpath(folder)))
        names = sorted(os.listdir(folder))
        if not os.path.exists(os.path.join(output, "summary.csv")):
            self._annotate([folder], output + os.sep)
        found = {}
        for name in names:
            path = os.path.join(output, name + ".csv")
            rows = [row for row in _rows(path) if row["face_id"] >= 0] if os.path.exists(path) else []
            found[name] = max(rows, key=lambda row: row["face_w"]) if rows else None
        return found

    def _annotate(self, inputs, output):
        command = [self.command, "annotate", *inputs, "-o", output, "-q", "-y"]
        if self.model:
            command += ["--model", self.model]
        status = subprocess.run(command).returncode
        if status not in (0, 4):
            raise SystemExit(f"{' '.join(command)} ended with status {status}")


def _rows(path):
    with open(path) as file:
        return [{key: _number(value) for key, value in row.items()} for row in csv.DictReader(file)]


def _number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return text


def _find(value, key):
    """The first value under `key` in nested dictionaries; a list of thresholds becomes a dictionary."""
    if isinstance(value, dict):
        if key in value:
            found = value[key]
            return dict(zip(UNITS, found)) if isinstance(found, list) else found
        for inner in value.values():
            found = _find(inner, key)
            if found is not None:
                return found
    return None
