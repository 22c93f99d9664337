# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/ops.safetensors: torch's values and gradients of the ops in packages/clip/src/ops.

    python test/python/make_ops.py

For each op its inputs in our layout, its output, a random `probe` shaped like it, and d sum(output · probe) / d input.
"""
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers.activations import ACT2FN
from transformers.models.clip.modeling_clip import image_text_contrastive_loss

from common import FIXTURES, versions

ACTIVATIONS = ["quick_gelu", "gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu", "swish"]
generator = torch.Generator().manual_seed(0)


def random(*shape, scale=1.0):
    return scale * torch.randn(shape, generator=generator)


def record(name, function, **inputs):
    given = {key: x.clone().requires_grad_() if x.is_floating_point() else x for key, x in inputs.items()}
    output = function(**given)
    probe = random(*output.shape)
    (output * probe).sum().backward()
    tensors = {f"{name}.inputs.{key}": x.int() if x.dtype == torch.int64 else x for key, x in inputs.items()}
    gradients = {f"{name}.gradients.{key}": x.grad for key, x in given.items() if x.grad is not None}
    return tensors | gradients | {f"{name}.output": output.detach(), f"{name}.probe": probe}


def layer_norm(x, gamma, beta):
    return F.layer_norm(x, gamma.shape, gamma, beta, eps=1e-3)


def linear(activation):
    def function(x, kernel, bias, residual):
        return ACT2FN[activation](x @ kernel + bias) + residual

    return function


def attention(heads, causal):
    """As transformers' eager attention: scores, one mask of 0 or the lowest float, softmax."""

    def split(x):
        return x.unflatten(-1, (heads, -1)).transpose(1, 2)

    def function(x, queryKernel, queryBias, keyKernel, keyBias, valueKernel, valueBias, mask=None):
        q, k, v = (split(x @ w + b) for w, b in [(queryKernel, queryBias), (keyKernel, keyBias), (valueKernel, valueBias)])
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
        allowed = torch.ones(scores.shape[-2:], dtype=torch.bool)
        if causal:
            allowed = allowed.tril()
        if mask is not None:
            allowed = allowed & mask.bool()[:, None, None, :]
        scores = scores + torch.where(allowed, 0.0, torch.finfo(torch.float32).min)
        return (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)

    return function


def attention_inputs(width):
    inputs = {"x": random(3, 5, width)}
    for part in ("query", "key", "value"):
        inputs |= {f"{part}Kernel": random(width, width, scale=width**-0.5), f"{part}Bias": random(width, scale=0.3)}
    return inputs


def patch_embedding(pixelValues, kernel, classEmbedding, positionEmbedding):
    patches = F.conv2d(pixelValues, kernel.permute(3, 2, 0, 1), stride=kernel.shape[0]).flatten(2).transpose(1, 2)
    tokens = torch.cat([classEmbedding.expand(len(patches), 1, -1), patches], 1)
    return tokens + positionEmbedding


def token_embedding(ids, positions, tokenTable, positionTable):
    return F.embedding(ids, tokenTable) + F.embedding(positions, positionTable)


def normalized_projection(x, kernel):
    projected = x @ kernel
    return projected / projected.norm(dim=-1, keepdim=True)


def interpolation(rows, columns):
    def function(table):
        side = int((len(table) - 1) ** 0.5)
        grid = table[1:].reshape(1, side, side, -1).permute(0, 3, 1, 2)
        grid = F.interpolate(grid, size=(rows, columns), mode="bicubic", align_corners=False)
        return torch.cat([table[:1], grid[0].flatten(1).T])

    return function


def everything():
    width = 6
    tensors = record("layerNorm", layer_norm, x=3 + 2 * random(2, 4, 5), gamma=random(5), beta=random(5))
    for activation in ACTIVATIONS:
        x, residual = random(2, 3, 4, scale=3), random(2, 3, 5)
        tensors |= record(f"linear.{activation}", linear(activation), x=x, kernel=random(4, 5), bias=random(5), residual=residual)
    tensors |= record("linear.plain", lambda x, kernel: x @ kernel, x=random(3, 4), kernel=random(4, 2))
    mask = torch.tensor([[1, 1, 1, 0, 0], [0, 0, 1, 1, 1], [1, 1, 1, 1, 1]])
    tensors |= record("attention.full", attention(3, causal=False), **attention_inputs(width))
    tensors |= record("attention.causal", attention(2, causal=True), **attention_inputs(width))
    tensors |= record("attention.masked", attention(1, causal=True), mask=mask, **attention_inputs(width))
    pixels = dict(pixelValues=random(2, 3, 7, 11), kernel=random(3, 3, 3, width), classEmbedding=random(width))
    tensors |= record("patchEmbedding", patch_embedding, positionEmbedding=random(7, width), **pixels)
    ids, positions = torch.tensor([[4, 0, 4], [1, 1, 4]]), torch.tensor([[0, 2, 2]])
    tables = dict(tokenTable=random(5, width), positionTable=random(3, width))
    tensors |= record("tokenEmbedding", token_embedding, ids=ids, positions=positions, **tables)
    tensors |= record("normalizedProjection", normalized_projection, x=random(3, 4), kernel=random(4, 5))
    scale = torch.tensor(1.3)
    similarity = lambda texts, images, logitScale: texts @ images.T * logitScale.exp()  # noqa: E731
    tensors |= record("similarity", similarity, texts=random(2, 4), images=random(3, 4), logitScale=scale)
    for rows, columns in [(5, 7), (2, 3), (1, 4), (4, 4)]:
        tensors |= record(f"interpolation.{rows}x{columns}", interpolation(rows, columns), table=random(17, 3))
    tensors |= record("clipLoss", lambda logits: image_text_contrastive_loss(logits), logits=random(4, 4, scale=3))
    return tensors


if __name__ == "__main__":
    contiguous = {name: x.contiguous() for name, x in everything().items()}
    save_file(contiguous, FIXTURES / "ops.safetensors", versions("torch", "transformers"))
