"""A process that holds one engine with its model, and computes when it is told to.

    python worker.py torch|ort|openvino MODEL BATCH SIDE THREADS

Requests and answers are lines of JSON on the standard streams: {"measure": seconds} is answered with images a second,
{"embed": "in.npy", "into": "out.npy"} with {}. Between them it sleeps: bench.py checks that.
"""

import json
import os
import statistics
import sys
import time

import numpy as np


def torch_engine(path, batch, side, threads):
    import torch

    from checkpoints import load

    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    network = load(path)

    @torch.inference_mode()
    def embed(pixels):
        return network(pixel_values=torch.from_numpy(pixels)).image_embeds.numpy()

    return embed


def ort_engine(path, batch, side, threads):
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_free_dimension_override_by_name("batch", batch)
    # Its threads spin between operators, as they do by default, but not after the last one.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda pixels: session.run(None, {"pixels": pixels})[0]


def openvino_engine(path, batch, side, threads):
    import openvino

    core = openvino.Core()
    model = core.read_model(path)
    model.reshape([batch, 3, side, side])
    compiled = core.compile_model(model, "CPU", {
        "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",
    })
    request = compiled.create_infer_request()
    return lambda pixels: request.infer({0: pixels}, share_inputs=True)[0]


ENGINES = {"torch": torch_engine, "ort": ort_engine, "openvino": openvino_engine}


def timed(work, repeats):
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return time.perf_counter() - start


def measure(work, batch, seconds):
    """As `mien bench encoder` does it: the median of stretches, after one batch to warm up."""
    once = timed(work, 1)
    repeats = max(1, int(seconds / 7 / max(once, 1e-6)))
    stretches = 7 if once * 3 <= seconds else 3 if once <= seconds else 1
    rates = [repeats * batch / timed(work, repeats) for _ in range(stretches)]
    return statistics.median(rates)


def main():
    # Whatever the libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    engine, path, *numbers = sys.argv[1:]
    batch, side, threads = map(int, numbers)
    embed = ENGINES[engine](path, batch, side, threads)
    noise = np.random.default_rng(0).standard_normal((batch, 3, side, side), dtype=np.float32)
    embed(noise)
    print(json.dumps({}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        answer = {}
        if "measure" in request:
            answer = {"images_per_second": measure(lambda: embed(noise), batch, request["measure"])}
        else:
            pixels = np.load(request["embed"])
            np.save(request["into"], np.concatenate([embed(pixels[i : i + 1]).copy() for i in range(len(pixels))]))
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
