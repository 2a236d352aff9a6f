"""How far the embeddings of each engine are from PyTorch's, on photographs."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError
from safetensors.numpy import load_file

from checkpoints import checkpoint, export, quantize
from engines import Peer, run
from messages import Failure, say
from options import ENGINES, ROOT

SAMPLE = ROOT / "samples/smile.mp4"
PORTRAIT = ROOT / "Tests/MienFacesTests/Goldens/astronaut.ppm"
FRAMES = [10, 70, 130, 170]
# Below it an fp32 engine computes something else.
LEAST_FP32_COSINE = 0.9999
REDUCED = "ort-int8-reduced"
TITLES = ENGINES | {
    "ort-int8": "ONNX Runtime int8", REDUCED: "ONNX Runtime int8, reduce_range"}


@dataclass
class Accuracy:
    model: str
    engine: str
    least: float
    mean: float
    least_centred: float


def pictures(folder, extra):
    """Frames of the sample and parts of them, a portrait, and a user's own, as PNG files."""
    folder.mkdir(parents=True)
    choice = "+".join(rf"eq(n\,{n})" for n in FRAMES)
    command = ["ffmpeg", "-v", "error", "-i", SAMPLE, "-vf", f"select={choice}", "-fps_mode", "passthrough",
               folder / "frame-%d.png"]
    try:
        run(command)
    except FileNotFoundError:
        raise Failure("no ffmpeg, which reads the sample: apt-get install ffmpeg") from None
    for path in sorted(folder.glob("frame-*.png")):
        frame = Image.open(path)
        width, height = frame.size
        for k, (x, side) in enumerate([(0, height), (width - height, height), (width // 2 - height // 4, height // 2)]):
            frame.crop((x, 0, x + side, side)).save(folder / f"{path.stem}-{k}.png")
    sources = [PORTRAIT] + (sorted(path for path in extra.iterdir() if path.is_file()) if extra else [])
    for number, path in enumerate(sources):
        try:
            Image.open(path).convert("RGB").save(folder / f"picture-{number:04}.png")
        except (UnidentifiedImageError, OSError) as error:
            raise Failure(f"{path}: expected a picture: {error}") from None
    return sorted(folder.glob("*.png"))


def pixels(paths, model_folder):
    """As transformers prepares them: [N, 3, side, side]."""
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    processor = CLIPImageProcessorPil.from_pretrained(model_folder)
    return np.concatenate([processor(Image.open(path), return_tensors="np")["pixel_values"] for path in paths])


def cosines(a, b):
    return np.sum(a * b, 1) / np.maximum(np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1), 1e-30)


def judge(model, engine, theirs, reference):
    """The centred cosine is between what is left without the mean over all pictures: a random network says
    nearly the same of every picture, and the plain cosine is high for that alone."""
    theirs, reference = theirs.astype(np.float64), reference.astype(np.float64)
    if theirs.shape != reference.shape:
        raise Failure(f"{engine}: embeddings {list(theirs.shape)}, expected {list(reference.shape)}")
    plain, middle = cosines(theirs, reference), reference.mean(0)
    centred = cosines(theirs - middle, reference - middle)
    return Accuracy(model, engine, float(plain.min()), float(plain.mean()), float(centred.min()))


def by_mien(options, precision, folder, paths, output):
    words = [options.mien, "embed", "--no-faces", *paths, "--model", folder, "--threads", options.threads]
    # fp32 is not named: mien embed had no choice before there was int8.
    words += ["--precision", precision] if precision != "fp32" else []
    run([*words, "-q", "-y", "-o", output])
    return load_file(output)["embeddings"]


def by_peer(engine, path, inputs, output, side, options, cache):
    peer = Peer(engine.removesuffix("-reduced"), path, 1, side, options.threads, cache / f"{engine}.log")
    try:
        peer.ask({"embed": str(inputs), "into": str(output)})
    finally:
        peer.close()
    return np.load(output)


def compare(engines, model, shape, options, cache):
    """One Accuracy for each engine, why others failed, and the number of pictures."""
    results, failed = [], {}
    say(f"{model}: comparing embeddings")
    folder = checkpoint(model, cache)
    with tempfile.TemporaryDirectory(dir=cache, prefix="accuracy-") as temporary:
        temporary = Path(temporary)
        paths = pictures(temporary / "pictures", options.pictures)
        inputs = temporary / "inputs.npy"
        np.save(inputs, pixels(paths, folder))
        reference = by_peer("torch", folder, inputs, temporary / "torch.npy", shape.side, options, cache)
        for engine in [*engines, *([REDUCED] if "ort-int8" in engines else [])]:
            if engine == "torch":
                continue
            try:
                if engine.startswith("mien-"):
                    theirs = by_mien(
                        options, engine.removeprefix("mien-"), folder, paths, temporary / f"{engine}.safetensors")
                else:
                    path = quantize(model, cache, engine == REDUCED) if "int8" in engine else export(model, cache)
                    theirs = by_peer(engine, path, inputs, temporary / f"{engine}.npy", shape.side, options, cache)
                results.append(judge(model, engine, theirs, reference))
            except Failure as failure:
                failed[engine] = f"{model}, {TITLES[engine]}: {failure}"
                say(failed[engine])
    return results, failed, len(paths)


def wrong(results):
    """Messages about fp32 engines that do not compute what PyTorch does."""
    return [
        f"{result.model}: {TITLES[result.engine]} is not what PyTorch computes: cosine {result.least:.6f}, "
        f"expected {LEAST_FP32_COSINE} or more"
        for result in results if "int8" not in result.engine and not result.least >= LEAST_FP32_COSINE
    ]
