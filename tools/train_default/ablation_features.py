"""Two halves of the held-out rows of two_world_features.py, for `mien train --ablate`: one to choose the epoch, one to measure.

    python ablation_features.py FEATURES

Expressions are those of FER+ validation, by their votes. Action units are those of rendered people nobody trained on, where they are exact;
no person is in both halves. Writes choosing.TASK.safetensors and measuring.TASK.safetensors beside the others.
"""

import os
import sys

from safetensors.torch import load_file, save_file

RENDERED = 1_000_000  # groups from here on are rendered people; a tenth of all people, those divisible by ten, is held out


def main():
    folder = sys.argv[1]
    for task in ("expression", "au"):
        rows = load_file(os.path.join(folder, f"validation.{task}.safetensors"))
        groups = rows["groups"]
        kept = groups >= RENDERED if task == "au" else groups < RENDERED
        second = (groups // 10 if task == "au" else groups) % 2 == 1
        for name, half in (("choosing", kept & ~second), ("measuring", kept & second)):
            save_file({key: value[half] for key, value in rows.items()}, os.path.join(folder, f"{name}.{task}.safetensors"))
            print(name, task, int(half.sum()), "rows")


if __name__ == "__main__":
    main()
