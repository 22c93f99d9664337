# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/evaluation: metrics of random scores with many ties, and a prompt ensemble of emoji-clip.

    python test/python/make_evaluation.py

metrics.safetensors has sets of scores [queries, candidates], which candidates are right, and what the metrics are, by sorting
every row (of equal scores the wrong ones first); where nothing ties they are checked against scikit-learn.
classifier.safetensors has vectors of classes, and the scores of the pictures of test/fixtures/browser.
"""
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from safetensors.torch import save_file
from sklearn.metrics import average_precision_score, confusion_matrix, ndcg_score, recall_score, top_k_accuracy_score
from transformers import CLIPModel, CLIPTokenizer

from common import FIXTURES, ROOT, versions

OUT = FIXTURES / "evaluation"
KS = [1, 2, 5, 10]


def sorted_relevance(scores, right):
    """Row by row, whether the candidate at each rank is right."""
    order = [np.lexsort((r, -s)) for s, r in zip(scores, right)]
    return np.stack([r[o] for o, r in zip(order, right)]).astype(float)


def metrics(scores, right):
    found = sorted_relevance(scores, right)
    counts = found.sum(1)
    rank = np.arange(1, found.shape[1] + 1)
    discount = 1 / np.log2(1 + rank)
    first = found.argmax(1) + 1
    precision = np.cumsum(found, 1) / rank
    return dict(
        recall_at=[(found[:, :k].max(1)).mean() for k in KS],
        recall_of_all_at=[(found[:, :k].sum(1) / counts).mean() for k in KS],
        mean_reciprocal_rank=(1 / first).mean(),
        mean_average_precision=((precision * found).sum(1) / counts).mean(),
        ndcg=((found * discount).sum(1) / (-np.sort(-found, 1) * discount).sum(1)).mean(),
        mean_rank=first.mean(),
        median_rank=np.median(first),
    )


def check_against_sklearn(scores, right, values):
    pairs = list(zip(right.astype(int), scores))
    assert np.isclose(values["mean_average_precision"], np.mean([average_precision_score(r, s) for r, s in pairs]))
    assert np.isclose(values["ndcg"], ndcg_score(right.astype(int), scores))


def retrieval_sets():
    random = np.random.default_rng(7)
    tensors = {}
    for name, queries, candidates, levels, most in [
        ("distinct", 23, 17, None, 4),
        ("tied", 40, 30, 4, 6),
        ("even", 12, 9, 2, 1),
    ]:
        scores = random.standard_normal((queries, candidates)).astype(np.float32)
        if levels:
            scores = np.round(scores * levels / 4) / levels
        right = np.zeros((queries, candidates), bool)
        for row in right:
            row[random.choice(candidates, random.integers(1, most + 1), replace=False)] = True
        values = metrics(scores, right)
        if levels is None:
            check_against_sklearn(scores, right, values)
        tensors |= {f"{name}.scores": torch.tensor(scores), f"{name}.right": torch.tensor(right.astype(np.int32))}
        tensors |= {f"{name}.{key}": torch.tensor(np.asarray(value, np.float32)) for key, value in values.items()}
    return tensors


def classification():
    random = np.random.default_rng(8)
    scores = random.standard_normal((60, 7)).astype(np.float32)
    labels = random.integers(0, 7, 60)
    scores[np.arange(60), labels] += 1
    guesses = scores.argmax(1)
    every = np.arange(7)
    return {
        "classes.scores": torch.tensor(scores),
        "classes.labels": torch.tensor(labels.astype(np.int32)),
        "classes.accuracy_at": torch.tensor(
            [top_k_accuracy_score(labels, scores, k=k, labels=every) for k in (1, 2, 5)]
        ).float(),
        "classes.confusion": torch.tensor(confusion_matrix(labels, guesses, labels=every).astype(np.int32)),
        "classes.accuracies": torch.tensor(recall_score(labels, guesses, labels=every, average=None)).float(),
    }


def classifier():
    folder = ROOT / "packages" / "emoji-clip"
    model, tokenizer = CLIPModel.from_pretrained(folder).float().eval(), CLIPTokenizer.from_pretrained(folder)
    classes = ["the sun", "a heart", "a house", "an apple", "a dog"]
    templates = ["{}", "a picture of {}", "an emoji of {}"]
    vectors = []
    with torch.no_grad():
        for name in classes:
            texts = tokenizer([t.format(name) for t in templates], padding=True, return_tensors="pt")
            hidden = model.text_model(**texts).pooler_output
            vectors.append(F.normalize(F.normalize(model.text_projection(hidden), dim=-1).mean(0), dim=-1))
        vectors = torch.stack(vectors)
        pixels = torch.stack([picture(name) for name in ("sun.png", "heart.jpg", "house.webp")])
        images = F.normalize(model.visual_projection(model.vision_model(pixels).pooler_output), dim=-1)
    return {"vectors": vectors, "scores": images @ vectors.T}


def picture(name):
    """Upright and on white, as emoji-clip's alpha_background has it."""
    image = ImageOps.exif_transpose(Image.open(FIXTURES / "browser" / name)).convert("RGBA")
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    flat = Image.alpha_composite(white, image).convert("RGB").resize((48, 48), Image.Resampling.BICUBIC)
    return torch.tensor(np.asarray(flat)).permute(2, 0, 1).float() / 255 * 2 - 1


OUT.mkdir(parents=True, exist_ok=True)
save_file(retrieval_sets() | classification(), OUT / "metrics.safetensors", versions("numpy", "scikit-learn"))
save_file(classifier(), OUT / "classifier.safetensors", versions("torch", "transformers"))
