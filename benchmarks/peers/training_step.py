# SPDX-License-Identifier: Apache-2.0
"""Training steps in torch with transformers: what trainingStep.mjs does. The protocol is host.mjs's.

Needs what test/python/requirements.txt names. Arguments: the number of threads, and the folder of the weights and inputs.
"""

import json
import resource
import sys
import time
import traceback
from pathlib import Path

threads = int(sys.argv[1])


def peak_memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def train(folder):
    import numpy as np
    import torch
    from transformers import CLIPModel

    torch.set_num_threads(threads)
    model = CLIPModel.from_pretrained(folder, dtype=torch.float32).train()
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(
        [
            dict(params=[p for p in parameters if p.ndim >= 2], weight_decay=0.1),
            dict(params=[p for p in parameters if p.ndim < 2], weight_decay=0.0),
        ],
        lr=1e-5,
    )
    batches = {}

    def read(pairs):
        file = Path(folder) / f"training-batch-{pairs}"
        shape = json.loads(file.with_suffix(".json").read_text())
        ids = np.fromfile(file.with_suffix(".i32"), np.int32).reshape(pairs, shape["sequence"])
        pixels = np.fromfile(file.with_suffix(".f32"), np.float32).reshape(pairs, 3, shape["size"], shape["size"])
        ids = torch.tensor(ids, dtype=torch.long)
        return dict(input_ids=ids, attention_mask=torch.ones_like(ids), pixel_values=torch.tensor(pixels))

    def step(pairs):
        if pairs not in batches:
            batches[pairs] = read(pairs)
        loss = model(**batches[pairs], return_loss=True).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        return [loss.item()]

    return step


def versions():
    from importlib.metadata import version

    return {name: version(name) for name in ["torch", "transformers"]}


def main():
    before, calls = peak_memory(), {}

    def load(task, args=()):
        calls[task] = train(*args)
        return {}

    def run(task, size, round):
        return {"output": calls[task](size)}

    def measure(task, size, round):
        start = time.perf_counter()
        calls[task](size)
        return {"ms": (time.perf_counter() - start) * 1000}

    answers = {"load": load, "run": run, "time": measure, "memory": lambda: {"peak": peak_memory() - before}}
    answer({"versions": versions()})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer(answers[request.pop("action")](**request))
        except Exception:
            answer({"error": traceback.format_exc()})


def answer(reply):
    print(json.dumps(reply), flush=True)


main()
