"""The recipe on real and rendered faces, resumable: wide teacher, adapted student, heads, operating point.

    python -m render.generate --assets cache --output faces --people 4000 --processes 2
    python run_two_worlds.py --data ferplus.npz --rendered faces --start MODEL --external external --folder runs \
        --mien ../../.build/release/mien

MODEL is the folder the student begins with (run.py makes one from nothing; the built-in one will do). `--teacher-steps 0` leaves the wide
teacher out. Every stage keeps its checkpoints in the folder and goes on from them. The result is FOLDER/model.
"""

import argparse
import os

from run import join, owned, stage, train_heads


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="ferplus.npz")
    parser.add_argument("--rendered", required=True, nargs="+", help="folders of shards")
    parser.add_argument("--start", required=True, help="the model folder to begin with")
    parser.add_argument("--external", required=True, help="labelled pictures for thresholds and the operating point")
    parser.add_argument("--folder", required=True)
    parser.add_argument("--mien", required=True, help="the command, which trains the heads")
    parser.add_argument("--teacher-steps", type=int, default=8000)
    parser.add_argument("--student-steps", type=int, default=6000)
    parser.add_argument("--views", type=int, default=4, help="of each real face, for the heads")
    parser.add_argument("--real", type=int, help="real faces for the heads; all without it")
    parser.add_argument("--made", type=int, default=15000, help="rendered faces for the heads")
    parser.add_argument("--checked", type=int, help="validation faces of each world; all without it")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    def inside(*parts):
        return os.path.join(options.folder, *parts)

    with owned(options.folder):
        common = ["--data", options.data, "--rendered", *options.rendered, "--threads", options.threads]
        wide = []
        if options.teacher_steps:
            stage("train_wide_teacher.py", *common, "--folder", inside("wide"), "--steps", options.teacher_steps)
            wide = ["--wide", inside("wide", "last.pt")]
        student = ["--teacher", options.start, "--folder", inside("student"), "--steps", options.student_steps]
        stage("adapt_student.py", *common, *student, *wide)
        checkpoint = inside("student", "last.pt")
        stage("export.py", "--checkpoint", checkpoint, "--output", inside("encoder"))
        features = ["--checkpoint", checkpoint, "--output", inside("features"), "--views", options.views]
        features += ["--made", options.made]
        features += ["--real", options.real] if options.real else []
        features += ["--checked", options.checked] if options.checked else []
        stage("two_world_features.py", *common, *features)
        external = ["--external", options.external, "--mien", options.mien]
        stage("external_features.py", *external, "--model", inside("encoder"), "--output", inside("features"))
        heads = inside("heads", "heads.safetensors")
        train_heads(options.mien, inside("features"), heads)
        join(options.mien, inside("encoder"), heads, inside("model"))
        calibration = ["--data", options.data, "--features", inside("features"), "--model", inside("model")]
        calibration += ["--portraits", inside("features", "portraits.safetensors")]
        calibration += ["--smiles", inside("features", "smiles.safetensors"), "--encoder", inside("encoder")]
        stage("two_world_calibrate.py", *calibration)


if __name__ == "__main__":
    main()
