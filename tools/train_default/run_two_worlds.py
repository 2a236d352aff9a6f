"""The recipe on real and rendered faces, resumable: adapted student in two rounds, heads, operating point.

    python -m render.generate --assets cache --output faces --people 1136
    python -m render.generate --assets cache --output more --first 2000 --people 224
    python run_two_worlds.py --data ferplus.npz --rendered faces --more-rendered more --start MODEL --external external \
        --folder runs --mien ../../.build/release/mien

MODEL is the folder the student begins with (run.py makes one from nothing; the built-in one will do). `--teacher-steps 8000` trains a wide
teacher first, which the student then learns from as well. Every stage keeps its checkpoints in the folder and goes on from them. The
result is FOLDER/model. The defaults are those of the weights that ship.
"""

import argparse
import os

from run import join, owned, stage, train_heads

# The second round: a lower rate, more real faces, more weight on votes, the first model's opinion beside them.
FURTHER = "--rate 8e-4 --warmup 20 --real 96 --made 44 --expression 1.5 --opinion 0.2 --seed 6"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="ferplus.npz")
    parser.add_argument("--rendered", required=True, nargs="+", help="folders of shards")
    parser.add_argument("--more-rendered", default=[], nargs="+", help="more of them, from the second round on")
    parser.add_argument("--start", required=True, help="the model folder to begin with")
    parser.add_argument("--external", required=True, help="labelled pictures for thresholds and the operating point")
    parser.add_argument("--folder", required=True)
    parser.add_argument("--mien", required=True, help="the command, which trains the heads")
    parser.add_argument("--teacher-steps", type=int, default=0)
    parser.add_argument("--student-steps", type=int, default=420, help="of the first round")
    parser.add_argument("--student-stop", type=int, default=400, help="end the first round after this step")
    parser.add_argument("--further-steps", type=int, default=300, help="of the second round")
    parser.add_argument("--further-stop", type=int, default=250, help="end the second round after this step")
    parser.add_argument("--views", type=int, default=1, help="of each real face, for the heads")
    parser.add_argument("--real", type=int, help="real faces for the heads; all without it")
    parser.add_argument("--made", type=int, default=9000, help="rendered faces for the heads")
    parser.add_argument("--checked", type=int, help="validation faces of each world; all without it")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    def inside(*parts):
        return os.path.join(options.folder, *parts)

    with owned(options.folder):
        first = ["--data", options.data, "--rendered", *options.rendered, "--threads", options.threads]
        both = ["--data", options.data, "--rendered", *options.rendered, *options.more_rendered, "--threads", options.threads]
        wide = []
        if options.teacher_steps:
            stage("train_wide_teacher.py", *first, "--folder", inside("wide"), "--steps", options.teacher_steps)
            wide = ["--wide", inside("wide", "last.pt")]
        student = ["--teacher", options.start, *wide]
        rounds = ["--folder", inside("student"), "--steps", options.student_steps, "--stop", options.student_stop]
        stage("adapt_student.py", *first, *student, *rounds)
        checkpoint = inside("student", "last.pt")
        if options.further_steps:
            rounds = ["--folder", inside("further"), "--steps", options.further_steps, "--begin", checkpoint]
            rounds += ["--stop", options.further_stop]
            stage("adapt_student.py", *both, *student, *rounds, *FURTHER.split())
            checkpoint = inside("further", "last.pt")
        stage("export.py", "--checkpoint", checkpoint, "--output", inside("encoder"))
        features = ["--checkpoint", checkpoint, "--output", inside("features"), "--views", options.views]
        features += ["--made", options.made]
        features += ["--real", options.real] if options.real else []
        features += ["--checked", options.checked] if options.checked else []
        stage("two_world_features.py", *both, *features)
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
