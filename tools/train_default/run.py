"""The whole recipe, resumable: teachers one after the other, the student, the exported folder.

    python run.py --data ferplus.npz --folder runs

Every stage keeps its checkpoints in a folder of its own; after an interruption the same command goes on at the last
finished epoch. One run at a time owns the folder.
"""

import argparse
import fcntl
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def stage(script, *arguments):
    subprocess.run([sys.executable, os.path.join(HERE, script), *map(str, arguments)], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--teachers", type=int, default=1)
    parser.add_argument("--teacher-epochs", type=int, default=12)
    parser.add_argument("--student-epochs", type=int, default=14)
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)

    def inside(*parts):
        return os.path.join(options.folder, *parts)

    with open(inside("lock"), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"{options.folder}: another run owns this folder")
        checkpoints = []
        for number in range(1, options.teachers + 1):
            folder = inside(f"teacher-{number}")
            common = ["--data", options.data, "--folder", folder, "--seed", 4 + number]
            stage("train_teacher.py", *common, "--epochs", options.teacher_epochs)
            checkpoints.append(os.path.join(folder, "best.pt"))
        common = ["--data", options.data, "--folder", inside("student"), "--epochs", options.student_epochs]
        stage("train_student.py", *common, "--teacher", *checkpoints)
        stage("export.py", "--checkpoint", inside("student", "best.pt"), "--output", inside("model"))
        stage("features.py", "--data", options.data, "--model", inside("model"), "--output", inside("features"))


if __name__ == "__main__":
    main()
