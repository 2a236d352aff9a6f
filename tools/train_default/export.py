"""Stage 3: write the student as a Hugging Face CLIP folder (F16) with mien.json, and check it against transformers."""

import argparse
import json
import os

import torch
from safetensors.torch import save_file

import augment
import data
from student import Student, StudentConfiguration


def preprocessor(side):
    return {
        "do_resize": True, "size": {"shortest_edge": side}, "resample": 3, "do_center_crop": True,
        "crop_size": {"height": side, "width": side}, "do_rescale": True, "rescale_factor": 1 / 255,
        "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3, "do_convert_rgb": True,
        "image_processor_type": "CLIPImageProcessor",
    }


# What whoever reads the scores should know; reports show it, and docs/model-card.md says it at length.
LIMITS = [
    "A small model trained on 28,000 photographs of single moments, for trying out and for exploratory work; not for "
    "decisions about people, nor for clinical use.",
    "Expressions are what crowds saw in a face, not what a person felt. Disgust, contempt (\"other\") and fear are rare in "
    "the data and read worst.",
    "Action units follow a blendshape model and rendered faces, not FACS coders; AU23 and AU24 are weak.",
    "Age, gender and ethnicity of the training faces are unknown, and children, dark skin, profiles, glasses and covered "
    "faces are likely to be read worse.",
]


def manifest(state):
    """mien.json before calibration; calibrate.py or two_world_calibrate.py fills in the temperature and thresholds."""
    data_used = "FER2013 faces, train split, with FER+ crowd votes; AU scores from the MediaPipe blendshape model"
    if "size" in state:
        data_used += "; rendered faces of a MakeHuman head with exact AUs"
    return {
        "format": 1,
        "name": "mien-small",
        "labels": {"expression": data.EXPRESSIONS, "au": [f"AU{unit:02}" for unit in data.ACTION_UNITS]},
        "crop": {"eye_distance": augment.EYE_DISTANCE, "eye_center": list(augment.EYE_CENTRE), "roll": True},
        "calibration": {"expression_temperature": 1.0, "au_thresholds": [0.5] * 12},
        "smoothing": {"expression_seconds": 0.6, "expression_method": "vote", "au_seconds": 0.23},
        "provenance": {
            "data": data_used,
            "recipe": "tools/train_default",
            **{f"student_{key}": state[key] for key in ("epoch", "step") if key in state},
            "limits": LIMITS,
        },
    }


def write_json(path, value):
    with open(path, "w") as file:
        json.dump(value, file, indent=2)
        file.write("\n")


def check(folder, student):
    """transformers must read the folder and agree with our own layers."""
    from transformers import CLIPVisionModelWithProjection

    reference = CLIPVisionModelWithProjection.from_pretrained(folder, dtype=torch.float32).eval()
    side = student.configuration.image_size
    images = torch.rand(4, 3, side, side, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.no_grad():
        theirs, ours = reference(pixel_values=images).image_embeds, student.embed(images)
    difference = (theirs - ours).abs().max().item()
    assert difference < 1e-3 * ours.abs().max().item(), f"{folder}: embeddings differ from transformers by {difference}"
    return difference


def restored(state):
    """The averaged student of a checkpoint of train_student.py, or of adapt_student.py, which says the size of its input."""
    if "size" not in state:
        student = Student(StudentConfiguration()).eval()
        student.load_state_dict(state["average"])
        return student
    patch = state["size"] // StudentConfiguration().grid
    student = Student(StudentConfiguration(image_size=state["size"], patch_size=patch)).eval()
    exported = ("vision_model.", "visual_projection.")
    kept = {key: value for key, value in state["average"].items() if key.startswith(exported)}
    student.load_state_dict(kept, strict=False)
    return student


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", required=True, help="best.pt of train_student.py, or last.pt of adapt_student.py")
    parser.add_argument("--output", required=True, help="the model folder")
    options = parser.parse_args()
    state = torch.load(options.checkpoint, weights_only=True)
    student = restored(state)
    tensors = {key: value.half().contiguous() for key, value in student.exported().items()}
    student.load_state_dict({key: value.float() for key, value in tensors.items()}, strict=False)
    os.makedirs(options.output, exist_ok=True)
    save_file(tensors, os.path.join(options.output, "model.safetensors"), metadata={"format": "pt"})
    write_json(os.path.join(options.output, "config.json"), student.configuration.huggingface())
    write_json(os.path.join(options.output, "preprocessor_config.json"), preprocessor(student.configuration.image_size))
    write_json(os.path.join(options.output, "mien.json"), manifest(state))
    difference = check(options.output, student)
    print(f"{options.output}: largest difference from transformers {difference:.2g}")


if __name__ == "__main__":
    main()
