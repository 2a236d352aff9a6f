"""The whole recipe, resumable: the teacher, the student, the heads, the calibrated model folder.

    python run.py --data ferplus.npz --folder runs --mien ../../.build/release/mien

Training keeps its checkpoints in the folder; after an interruption the same command goes on at the last finished epoch.
One run at a time owns the folder. The result is in FOLDER/model.
"""

import argparse
import contextlib
import fcntl
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# The paper's method on the frozen embeddings. There are ten times more rows than the paper's batch of 32 is meant for,
# and each face comes in four views already, so that less dropout is needed.
HEADS = "--loss cvar --sam-rho 0.05 --epochs 8 --batch 128 --dropout 0.3 --schedule-period 8 --seed 5"
ALPHA = {"expression": 0.9, "au": 0.9}


@contextlib.contextmanager
def owned(folder):
    """Makes the folder, and keeps other runs out of it."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "lock"), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"{folder}: another run owns this folder")
        yield


def stage(script, *arguments):
    subprocess.run([sys.executable, os.path.join(HERE, script), *map(str, arguments)], check=True)


def train_heads(mien, features, heads):
    """Both heads into one file. Calibration comes later, on faces that the encoder has not seen."""
    os.makedirs(os.path.dirname(heads), exist_ok=True)
    for task, alpha in ALPHA.items():
        data = ["--features", f"{features}/train.{task}.safetensors", "--val", f"{features}/validation.{task}.safetensors"]
        method = [*HEADS.split(), "--alpha", str(alpha), "--calibration-split", "0"]
        subprocess.run([mien, "train", "--task", task, *data, *method, "-o", heads, "-y"], check=True)


def join(mien, encoder, heads, model):
    """Encoder and heads in one model folder."""
    named = ["--heads", heads, "--name", "mien-small", "--licence", "Apache-2.0"]
    subprocess.run([mien, "model", "import", encoder, *named, "-o", model, "-y"], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--mien", required=True, help="the command, which trains the heads")
    parser.add_argument("--teachers", type=int, default=1)
    parser.add_argument("--teacher-epochs", type=int, default=12)
    parser.add_argument("--student-epochs", type=int, default=10)
    options = parser.parse_args()

    def inside(*parts):
        return os.path.join(options.folder, *parts)

    with owned(options.folder):
        checkpoints = []
        for number in range(1, options.teachers + 1):
            folder = inside(f"teacher-{number}")
            common = ["--data", options.data, "--folder", folder, "--seed", 4 + number]
            stage("train_teacher.py", *common, "--epochs", options.teacher_epochs)
            checkpoints.append(os.path.join(folder, "best.pt"))
        common = ["--data", options.data, "--folder", inside("student"), "--epochs", options.student_epochs]
        stage("train_student.py", *common, "--teacher", *checkpoints)
        stage("export.py", "--checkpoint", inside("student", "best.pt"), "--output", inside("encoder"))
        stage("features.py", "--data", options.data, "--model", inside("encoder"), "--output", inside("features"))
        heads = inside("heads", "heads.safetensors")
        train_heads(options.mien, inside("features"), heads)
        join(options.mien, inside("encoder"), heads, inside("model"))
        stage("calibrate.py", "--data", options.data, "--model", inside("model"), "--encoder", inside("encoder"))


if __name__ == "__main__":
    main()
