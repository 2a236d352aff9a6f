"""Other packages on the same portraits, each with its own face detector and the weights in its package.

    python -m evaluation.peers fer PICTURES predictions.csv

Runs in an environment of its own (peers_requirements.txt), because the packages want TensorFlow. Writes path,label with
an empty label where no face was found.
"""

import csv
import os
import sys

NAMES = {
    "angry": "anger",
    "anger": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "sad": "sadness",
    "sadness": "sadness",
    "surprise": "surprise",
    "surprised": "surprise",
    "neutral": "neutral",
}


def fer_reader():
    from fer.fer import FER

    detector = FER()

    def read(picture):
        faces = detector.detect_emotions(picture)
        return max(faces, key=lambda face: face["box"][2])["emotions"] if faces else None

    return read


def facex_reader():
    from facex import PoolManager

    pool = PoolManager(pool_size=1)

    def read(picture):
        faces = pool.predict(picture)
        return max(faces, key=lambda face: face["bbox"][2])["emot"] if faces else None

    return read


def label(scores):
    """The most probable class, in our names."""
    if scores is None:
        return ""
    if isinstance(scores, dict):
        return NAMES[str(max(scores, key=scores.get)).lower()]
    best = max(scores, key=lambda item: float(item[1]))
    return NAMES[str(best[0]).lower()]


def main():
    import cv2

    name, folder, output = sys.argv[1:4]
    read = {"fer": fer_reader, "facex": facex_reader}[name]()
    with open(output, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "label"])
        for picture in sorted(os.listdir(folder)):
            writer.writerow([picture, label(read(cv2.imread(os.path.join(folder, picture))))])


if __name__ == "__main__":
    main()
