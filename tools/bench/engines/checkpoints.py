"""Models with random weights, as Hugging Face folders and as ONNX files. Each is made once and under its final name only when
it is whole."""

import shutil
import warnings
from contextlib import contextmanager
from functools import cache as once

import torch
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from engines import run
from messages import Failure, last_line, say
from shapes import SHAPES

OUTLIERS = "b32-outliers"
# Where the outliers are: trained transformers have them in a few fixed channels of the residual stream (arXiv 2402.17762).
OUTLIER_FACTOR, OUTLIER_CHANNELS, OUTLIER_LAYERS = 50, 6, (1, 4, 7, 10)


def shape_of(model):
    return SHAPES[model.removesuffix("-outliers")]


@contextmanager
def whole(folder):
    """A folder to fill, which gets its name at the end."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        yield partial
        partial.rename(folder)
    except Exception as error:
        # Each library has its own for a full disk.
        raise Failure(f"{folder} could not be made: {last_line(str(error) or repr(error))}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def checkpoint(model, cache):
    """The folder that mien and transformers read."""
    folder = cache / "models" / model
    if not folder.exists():
        say(f"{model}: making a checkpoint")
        with whole(folder) as partial:
            network = random_network(shape_of(model), with_outliers=model == OUTLIERS)
            network.save_pretrained(partial)
            side = shape_of(model).side
            processor = CLIPImageProcessorPil(size={"shortest_edge": side}, crop_size={"height": side, "width": side})
            processor.save_pretrained(partial)
    return folder


@once
def stored(mien, precision, model, cache):
    """The folder that mien reads. 8 bits are stored, anew in each run since they are this mien's, so that no measurement begins
    with quantising."""
    if precision != "int8":
        return checkpoint(model, cache)
    folder = cache / "mien-int8" / model
    shutil.rmtree(folder, ignore_errors=True)
    say(f"{model}: mien quantises it")
    with whole(folder) as partial:
        run([mien, "model", "quantize", checkpoint(model, cache), "-o", partial / "model"])
    return folder / "model"


def random_network(shape, with_outliers):
    torch.manual_seed(0)
    network = CLIPVisionModelWithProjection(CLIPVisionConfig(**shape.configuration())).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            # transformers starts norms at one and biases at zero, which no trained model has.
            if parameter.dim() == 1:
                parameter.add_(0.1 * torch.randn(parameter.shape))
        if with_outliers:
            channels = torch.randperm(shape.width)[:OUTLIER_CHANNELS]
            for name, parameter in network.named_parameters():
                # The matrices that read these channels stay as they are, so that the outliers matter.
                if any(f"layers.{i}.layer_norm{k}.weight" in name for i in OUTLIER_LAYERS for k in (1, 2)):
                    parameter[channels] *= OUTLIER_FACTOR
    return network


def load(folder):
    return CLIPVisionModelWithProjection.from_pretrained(folder, dtype=torch.float32).eval()


class Embedding(torch.nn.Module):
    """Pixels in, embeddings out: what is exported."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, pixels):
        return self.network(pixel_values=pixels).image_embeds


def export(model, cache):
    """The folder of model.onnx, for batches of any size."""
    folder = cache / "onnx" / model
    if not folder.exists():
        network = Embedding(load(checkpoint(model, cache)))
        say(f"{model}: exporting to ONNX")
        side = shape_of(model).side
        with whole(folder) as partial, torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                network, (torch.randn(2, 3, side, side),), partial / "model.onnx", input_names=["pixels"],
                output_names=["embeddings"], dynamic_shapes={"pixels": {0: torch.export.Dim("batch", min=1, max=4096)}},
                dynamo=True, verbose=False)
    return folder / "model.onnx"


def quantize(model, cache, reduce_range=False):
    """ONNX Runtime's dynamic quantisation: signed weights by output channel, unsigned activations by tensor, which is
    what its documentation recommends for transformers. On AVX2 without VNNI pairs of products can saturate in 16
    bits; with reduce_range, weights of 7 bits, they cannot."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    folder = cache / "onnx" / (model + ("-int8-reduced" if reduce_range else "-int8"))
    if not folder.exists():
        source = export(model, cache)
        say(f"{model}: quantising" + (" with reduce_range" if reduce_range else ""))
        with whole(folder) as partial:
            quantize_dynamic(
                source, partial / "model.onnx", op_types_to_quantize=["MatMul"], per_channel=True,
                reduce_range=reduce_range, weight_type=QuantType.QInt8)
            check_quantized(partial / "model.onnx", shape_of(model))
    return folder / "model.onnx"


def check_quantized(path, shape):
    """Every matrix of the blocks has to be of bytes, or the comparison would be with something else."""
    import onnx

    nodes = onnx.load(path, load_external_data=False).graph.node
    count = sum(node.op_type == "MatMulInteger" for node in nodes)
    if count < 6 * shape.layers:
        raise Failure(f"quantisation reached {count} products, expected {6 * shape.layers} or more")
