# SPDX-License-Identifier: Apache-2.0
"""Python's peers: torch and transformers, Pillow, and the tokenizers in Rust. The protocol is host.mjs's.

Needs what test/python/requirements.txt names. Arguments: the number of threads, and the folder of the weights and inputs.
"""

import json
import os
import resource
import sys
import time
import traceback
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
threads, cache = int(sys.argv[1]), Path(sys.argv[2])


def vision():
    import numpy as np
    from transformers import CLIPVisionModelWithProjection

    model = load(CLIPVisionModelWithProjection, cache / "clip")
    pixels = np.fromfile(cache / "pixels.f32", np.float32).reshape(-1, 3, 224, 224)
    return lambda batch, _: forward(lambda torch: model(torch.tensor(pixels[:batch])).image_embeds)


def text():
    import numpy as np
    from transformers import CLIPTextModelWithProjection

    model = load(CLIPTextModelWithProjection, cache / "clip")
    ids = np.fromfile(cache / "ids.i32", np.int32).reshape(-1, 77)
    return lambda batch, _: forward(lambda torch: model(torch.tensor(ids[:batch])).text_embeds)


def matmul():
    import torch

    matrices = {}

    def run(size, _):
        if size not in matrices:
            matrices[size] = torch.rand(size, size), torch.rand(size, size)
        return (matrices[size][0] @ matrices[size][1]).numpy()

    return run


def classify(folder, labels, template):
    from PIL import Image
    from transformers import CLIPModel, CLIPProcessor, CLIPTokenizerFast
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    model = load(CLIPModel, folder)
    images, tokenizer = CLIPImageProcessorPil.from_pretrained(folder), CLIPTokenizerFast.from_pretrained(folder)
    processor = CLIPProcessor(images, tokenizer)
    sentences = [template.format(label) for label in labels]

    def run(count, _):
        photos = [Image.open(cache / "photos" / f"{i}.jpg") for i in range(count)]
        inputs = processor(text=sentences, images=photos, padding=True, return_tensors="pt")
        return forward(lambda _: model(**inputs).logits_per_image.softmax(-1))

    return run


def resize():
    import numpy as np
    from PIL import Image

    pictures = {}

    def run(name, _):
        if name not in pictures:
            size = tuple(int(side) for side in name.split("x"))
            pictures[name] = Image.frombytes("RGB", size, (cache / "pictures" / f"{name}.rgb").read_bytes())
        picture = pictures[name]
        short = 224 / min(picture.size)
        resized = picture.resize([int(side * short) for side in picture.size], Image.BICUBIC)
        return np.asarray(resized)

    return run


def tokenize():
    from transformers import CLIPTokenizerFast

    tokenizer = CLIPTokenizerFast.from_pretrained(cache / "clip")
    captions = json.loads((cache / "captions.json").read_text())

    def run(count, round):
        start = round % (len(captions) // count) * count
        return tokenizer(captions[start : start + count])["input_ids"]

    return run


def load(model_class, folder):
    import torch

    torch.set_num_threads(threads)
    return model_class.from_pretrained(folder).eval()


def forward(compute):
    import torch

    with torch.inference_mode():
        return compute(torch).numpy()


def versions():
    from importlib.metadata import version

    return {name: version(name) for name in ["torch", "transformers", "tokenizers", "Pillow"]}


def main():
    tasks = {task.__name__: task for task in [vision, text, matmul, classify, resize, tokenize]}
    calls = {}
    before = peak_memory()

    def load_task(task, args=()):
        calls[task] = tasks[task](*args)
        return {}

    def run(task, size, round):
        output = calls[task](size, round)
        return {"output": output if isinstance(output, list) else output.ravel().tolist()}

    def measure(task, size, round):
        start = time.perf_counter()
        calls[task](size, round)
        return {"ms": (time.perf_counter() - start) * 1000}

    def memory():
        return {"peak": peak_memory() - before}

    answers = {"load": load_task, "run": run, "time": measure, "memory": memory}
    answer({"versions": versions()})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer(answers[request.pop("action")](**request))
        except Exception:
            answer({"error": traceback.format_exc()})


def peak_memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def answer(reply):
    print(json.dumps(reply), flush=True)


main()
