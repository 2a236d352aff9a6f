"""What a run tells whoever waits for it."""

import logging
import os
import sys


class Failure(Exception):
    """Something that a user can understand and mend."""


def last_line(text):
    return (text.strip().splitlines() or ["no message"])[-1]


def say(text):
    print(f"peers: {text}", file=sys.stderr, flush=True)


def quieten():
    """Keeps libraries from drawing progress bars and from talking of what does not matter here. Before they are imported."""
    os.environ |= {
        "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TRANSFORMERS_VERBOSITY": "error", "TQDM_DISABLE": "1"}
    logging.disable(logging.WARNING)
