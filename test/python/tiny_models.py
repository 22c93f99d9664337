# SPDX-License-Identifier: Apache-2.0
"""Tiny CLIP configurations with odd sizes, their random weights and awkward inputs, for make_models.py."""
import torch
from transformers import CLIPConfig

EOS = 63
QUICK_GELU = dict(
    text_config=dict(
        vocab_size=64, hidden_size=24, intermediate_size=36, num_hidden_layers=2, num_attention_heads=3,
        max_position_embeddings=10, projection_dim=18, eos_token_id=EOS, bos_token_id=62, pad_token_id=EOS,
        layer_norm_eps=1e-4, initializer_range=0.03, initializer_factor=1.5,
    ),
    vision_config=dict(
        hidden_size=20, intermediate_size=28, num_hidden_layers=3, num_attention_heads=5, projection_dim=18,
        image_size=18, patch_size=5, layer_norm_eps=3e-5, initializer_range=0.04, initializer_factor=0.5,
    ),
    projection_dim=18, logit_scale_init_value=2.0,
)  # fmt: skip
GELU = dict(
    text_config=dict(
        vocab_size=41, hidden_size=17, intermediate_size=23, num_hidden_layers=2, num_attention_heads=1,
        max_position_embeddings=9, projection_dim=12, eos_token_id=2, bos_token_id=0, pad_token_id=1,
        hidden_act="gelu",
    ),
    vision_config=dict(
        hidden_size=18, intermediate_size=25, num_hidden_layers=1, num_attention_heads=2, projection_dim=14,
        image_size=12, patch_size=4, num_channels=1, hidden_act="gelu",
    ),
    projection_dim=10,
)  # fmt: skip
TOWERS = dict(
    text_config=dict(
        vocab_size=33, hidden_size=16, intermediate_size=20, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=8, projection_dim=11, eos_token_id=32, bos_token_id=31, pad_token_id=32,
    ),
    vision_config=dict(
        hidden_size=16, intermediate_size=20, num_hidden_layers=2, num_attention_heads=4, projection_dim=13,
        image_size=12, patch_size=4,
    ),
)  # fmt: skip


def config_of(fields, **more):
    """Eager attention: under any other, transformers returns no attentions."""
    return CLIPConfig(**fields, **more, attn_implementation="eager")


def build(model_class, config, seed):
    """Every weight random, the biases and LayerNorms too, at scales that keep the activations of order one."""
    model = model_class(config).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(scaled(name, noise) if parameter.ndim else parameter)
    return model


def scaled(name, noise):
    if "norm" in name or "layrnorm" in name:
        return 1 + 0.2 * noise if name.endswith("weight") else 0.2 * noise
    if "embedding" in name and "patch" not in name:
        return 0.7 * noise
    return 0.2 * noise if noise.ndim == 1 else noise / noise[0].numel() ** 0.5


def picture(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def tokens(batch, sequence, below, seed=0):
    return torch.randint(0, below, (batch, sequence), generator=torch.Generator().manual_seed(seed))


def awkward_texts(vocab_size, eos, sequence=8):
    """End in the middle, no end at all, two ends, end in the last place."""
    ids = tokens(4, sequence, vocab_size - 2, seed=vocab_size)
    ids[0, 4] = ids[2, 3] = ids[2, 6] = ids[3, -1] = eos
    return ids


def padded(lengths, sequence, side):
    """An attention mask for texts of these lengths."""
    places = torch.arange(sequence).expand(len(lengths), -1)
    places = places if side == "right" else sequence - 1 - places
    return (places < torch.tensor(lengths)[:, None]).int()
