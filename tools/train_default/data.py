"""FER+ faces with crowd votes, blendshape scores and landmarks, as tensors.

The file (an .npz, see README.md) holds three fixed splits. Nothing outside `evaluate.py --split test` and
`export.py --split test` may ask for the test split.
"""

from dataclasses import dataclass, fields

import numpy as np
import torch

from proxies import action_unit_scores

EXPRESSIONS = ["neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise", "other"]
ACTION_UNITS = [1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26]
SPLITS = {"train": 0, "validation": 1, "test": 2}

# FER+ order: neutral, happiness, surprise, sadness, anger, disgust, fear, contempt, unknown, not-a-face.
# Contempt is our "other"; unknown and not-a-face have no class.
_VOTE_COLUMN = [0, 4, 5, 6, 1, 3, 2, 7]


@dataclass
class Faces:
    """One split. Scores are scaled by a train quantile, so 1 means "as strong as this data shows it"."""

    images: torch.Tensor  # [N, 1, 48, 48] uint8
    votes: torch.Tensor  # [N, 8] float, sums to 1
    label: torch.Tensor  # [N] int64, the majority
    blendshapes: torch.Tensor  # [N, 52] float 0..1, NaN where the teacher found no face
    action_units: torch.Tensor  # [N, 12] float 0..1, NaN likewise
    landmarks: torch.Tensor  # [N, 5, 2] float, fraction of the side, NaN likewise

    def __len__(self):
        return len(self.images)

    def first(self, count):
        """The first `count` faces; all for None."""
        return Faces(**{field.name: getattr(self, field.name)[:count] for field in fields(self)})


def load(path, split):
    """The faces of one split after FER+ practice: single votes dropped, then images without a class dropped."""
    with np.load(path) as file:
        arrays = {key: file[key] for key in ("images", "votes", "split", "blendshapes", "landmarks5")}
        names = [str(name) for name in file["blendshape_names"]]
    scores = arrays["blendshapes"].astype(np.float32)
    units = action_unit_scores(scores, names)
    train = arrays["split"] == SPLITS["train"]
    scores = np.clip(scores / _scale(scores[train]), 0, 1)
    units = np.clip(units / _scale(units[train]), 0, 1)

    votes = arrays["votes"].astype(np.float32)
    votes[votes <= 1] = 0
    has_class = (votes.argmax(1) < 8) & (votes.sum(1) > 0)
    chosen = (arrays["split"] == SPLITS[split]) & has_class
    votes = votes[chosen][:, _VOTE_COLUMN]
    votes /= votes.sum(1, keepdims=True)
    return Faces(
        images=torch.from_numpy(arrays["images"][chosen])[:, None],
        votes=torch.from_numpy(votes),
        label=torch.from_numpy(votes.argmax(1)),
        blendshapes=torch.from_numpy(scores[chosen]),
        action_units=torch.from_numpy(units[chosen]),
        landmarks=torch.from_numpy(arrays["landmarks5"][chosen].astype(np.float32)),
    )


def _scale(train_scores):
    # Channels the blendshape model never raises (cheekSquint, noseSneer) must not be blown up to noise.
    return np.maximum(np.nanquantile(train_scores, 0.95, axis=0), 0.02)


def mirror_permutation(names):
    """For each blendshape, the index of its mirror image's channel."""
    swap = {"Left": "Right", "Right": "Left"}

    def mirrored(name):
        for side, other in swap.items():
            if name.endswith(side):
                return name[: -len(side)] + other
        return name

    return torch.tensor([names.index(mirrored(name)) for name in names])


def blendshape_names(path):
    with np.load(path) as file:
        return [str(name) for name in file["blendshape_names"]]
