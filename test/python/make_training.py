# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/training: 25 steps of torch's AdamW on a tiny CLIP, and losses of random embeddings.

    python test/python/make_training.py

adamw.safetensors has the batches (`batch.0.…`, used in turn), the loss of every step and the weights after the last;
objectives.safetensors embeddings, groups, and each objective's loss and gradients.
"""
import math

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import CLIPModel, get_cosine_schedule_with_warmup

from common import FIXTURES, versions

OUT = FIXTURES / "training"
VERSIONS = versions("torch", "transformers")
STEPS, WARMUP, LEARNING_RATE, WEIGHT_DECAY, MAX_NORM = 25, 5, 3e-3, 0.1, 1.0
BATCHES, PAIRS = 3, 5


def batches(generator):
    for _ in range(BATCHES):
        lengths = torch.randint(3, 9, (PAIRS,), generator=generator)
        ids = torch.randint(0, 62, (PAIRS, 8), generator=generator)
        positions = torch.arange(8)
        ids[positions >= lengths[:, None] - 1] = 63
        mask = (positions < lengths[:, None]).int()
        pixels = torch.randn(PAIRS, 3, 18, 18, generator=generator)
        yield dict(input_ids=ids, attention_mask=mask, pixel_values=pixels)


def groups_of_parameters(model):
    parameters = [p for p in model.parameters() if p.requires_grad]
    return [
        dict(params=[p for p in parameters if p.ndim >= 2], weight_decay=WEIGHT_DECAY),
        dict(params=[p for p in parameters if p.ndim < 2], weight_decay=0.0),
    ]


def train():
    model = CLIPModel.from_pretrained(FIXTURES / "models" / "clip-quick-gelu").train()
    data = list(batches(torch.Generator().manual_seed(11)))
    tensors = {f"batch.{i}.{name}": value for i, batch in enumerate(data) for name, value in batch.items()}
    optimizer = torch.optim.AdamW(groups_of_parameters(model), lr=LEARNING_RATE, betas=(0.9, 0.98), eps=1e-6)
    schedule = get_cosine_schedule_with_warmup(optimizer, WARMUP, STEPS)
    losses, norms, rates = [], [], []
    for step in range(STEPS):
        loss = model(**data[step % BATCHES], return_loss=True).loss
        optimizer.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), MAX_NORM))
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            model.logit_scale.clamp_(max=math.log(100))
        losses.append(loss.detach())
    tensors |= dict(losses=torch.stack(losses), norms=torch.stack(norms), rates=torch.tensor(rates))
    tensors |= {f"after.{name}": p.detach() for name, p in model.named_parameters()}
    write("adamw", tensors)


def contrastive(text, image, scale, positives):
    logits = text @ image.T * scale.exp()
    target = torch.arange(len(text))
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def multi_positive(text, image, scale, positives):
    logits = text @ image.T * scale.exp()
    rows = positives / positives.sum(1, keepdim=True)
    columns = positives.T / positives.T.sum(1, keepdim=True)
    return (F.cross_entropy(logits, rows) + F.cross_entropy(logits.T, columns)) / 2


def sigmoid(text, image, scale, positives):
    logits = text @ image.T * scale.exp() - 10
    return -F.logsigmoid((2 * positives - 1) * logits).sum() / len(image)


def objectives():
    generator = torch.Generator().manual_seed(3)
    unit = lambda rows: F.normalize(torch.randn(rows, 7, generator=generator), dim=-1)
    sets = {
        "distinct": (unit(6), unit(6), torch.arange(6), torch.arange(6), [contrastive, multi_positive, sigmoid]),
        "grouped": (
            unit(7),
            unit(5),
            torch.tensor([0, 0, 1, 2, 2, 2, 3]),
            torch.tensor([0, 1, 1, 2, 3]),
            [multi_positive, sigmoid],
        ),
    }
    tensors = {}
    for name, (text, image, of_text, of_image, losses) in sets.items():
        positives = (of_text[:, None] == of_image).float()
        tensors |= {f"{name}.texts": text, f"{name}.images": image}
        tensors |= {f"{name}.group_of_text": of_text, f"{name}.group_of_image": of_image}
        for loss in losses:
            inputs = [text.clone().requires_grad_(), image.clone().requires_grad_(), torch.tensor(1.5, requires_grad=True)]
            value = loss(*inputs, positives)
            value.backward()
            tensors[f"{name}.{loss.__name__}.loss"] = value.detach()
            for part, given in zip(("texts", "images", "scale"), inputs):
                tensors[f"{name}.{loss.__name__}.{part}"] = given.grad
    write("objectives", tensors)


def write(file, tensors):
    OUT.mkdir(parents=True, exist_ok=True)
    plain = {n: (t if t.is_floating_point() else t.int()).contiguous() for n, t in tensors.items()}
    save_file(plain, OUT / f"{file}.safetensors", VERSIONS)


train()
objectives()
