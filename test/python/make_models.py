# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/models: tiny random models as transformers saves them, what they return, and their gradients.

    python test/python/make_models.py

Each folder holds a model and expected.safetensors: for every set of inputs the inputs and all outputs, named
`set.field`, nested fields by more dots. gradients.safetensors has d loss / d parameter under the parameter's name.
"""
import json
import shutil

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    CLIPForImageClassification,
    CLIPModel,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPVisionModel,
    CLIPVisionModelWithProjection,
)

from common import FIXTURES, flatten, versions
from tiny_models import EOS, GELU, QUICK_GELU, TOWERS, awkward_texts, build, config_of, padded, picture, tokens

OUT = FIXTURES / "models"
VERSIONS = versions("torch", "transformers")
ALL = dict(output_hidden_states=True, output_attentions=True)


def save(model, case, **options):
    shutil.rmtree(OUT / case, ignore_errors=True)
    model.save_pretrained(OUT / case, **options)


def write(case, tensors, file="expected"):
    (OUT / case).mkdir(parents=True, exist_ok=True)
    apart = {name: tensor.clone() for name, tensor in tensors.items()}  # Files hold no two names of one tensor.
    save_file(apart, OUT / case / f"{file}.safetensors", VERSIONS)


def run(name, forward, inputs, **options):
    """The inputs and outputs of one call, as `name.…`."""
    with torch.no_grad():
        output = forward(**inputs, **options)
    return flatten(name, inputs) | flatten(name, output)


def whole_model(model):
    """CLIPModel's forward with the towers' own pooled states: transformers 5 writes the projections over them."""

    def forward(**inputs):
        output = dict(model(**inputs, return_loss=inputs["input_ids"].shape[0] == inputs["pixel_values"].shape[0]))
        texts = {key: value for key, value in inputs.items() if key != "pixel_values"}
        output["text_model_output"] = model.text_model(**texts, **ALL)
        output["vision_model_output"] = model.vision_model(inputs["pixel_values"], **ALL)
        output["text_features"] = model.get_text_features(**texts).pooler_output
        output["image_features"] = model.get_image_features(inputs["pixel_values"]).pooler_output
        return output

    return forward


def quick_gelu():
    case = "clip-quick-gelu"
    model = build(CLIPModel, config_of(QUICK_GELU), seed=1)
    save(model, case)
    ids = awkward_texts(64, EOS)
    pair = dict(input_ids=ids, pixel_values=picture(4, 3, 18, 18))
    positions = torch.arange(8).flip(0)
    masks = {side: padded([5, 8, 2, 1], 8, side) for side in ("right", "left")}
    text, vision = model.text_model, model.vision_model
    expected = run("base", whole_model(model), pair)
    expected |= run("unequal", whole_model(model), dict(input_ids=ids[:2, :5], pixel_values=picture(3, 3, 18, 18)))
    for side, mask in masks.items():
        expected |= run(f"text.{side}-padding", text, dict(input_ids=ids, attention_mask=mask), **ALL)
    expected |= run("text.one-row-of-positions", text, dict(input_ids=ids, position_ids=positions[None]), **ALL)
    rows = (positions + torch.arange(4)[:, None]) % 10
    expected |= run("text.positions", text, dict(input_ids=ids, position_ids=rows), **ALL)
    for name, size in {"wide": (20, 34), "tall": (31, 15), "smaller": (13, 11), "same-grid": (19, 16)}.items():
        pixels = dict(pixel_values=picture(1, 3, *size))
        expected |= run(f"vision.{name}", vision, pixels, interpolate_pos_encoding=True, **ALL)
    write(case, expected)
    contrastive_gradients(model, case, pair)


def contrastive_gradients(model, case, inputs):
    pixels = inputs["pixel_values"].clone().requires_grad_()
    loss = model(**inputs | {"pixel_values": pixels}, return_loss=True).loss
    loss.backward()
    write(case, gradients(model) | {"pixel_values": pixels.grad, "loss": loss.detach()}, "gradients")
    model.zero_grad()


def gradients(model):
    return {name: parameter.grad for name, parameter in model.named_parameters() if parameter.grad is not None}


def gelu():
    """One checkpoint in every form in which files come; the halves compute in float32 from rounded weights."""
    model = build(CLIPModel, config_of(GELU), seed=2)
    inputs = dict(input_ids=awkward_texts(41, 40), pixel_values=picture(4, 1, 12, 12))
    save(model, "clip-gelu")
    write("clip-gelu", run("base", whole_model(model), inputs))
    save(model, "clip-gelu-sharded", max_shard_size="12KB")
    old_files("clip-gelu", "clip-gelu-4.x")
    for name, dtype in {"float16": torch.float16, "bfloat16": torch.bfloat16}.items():
        half = build(CLIPModel, config_of(GELU), seed=2).to(dtype)
        save(half, f"clip-gelu-{name}")
        outputs = run("base", half.float(), inputs, return_loss=True)
        brief = {key: value for key, value in outputs.items() if "model_output" not in key}
        write(f"clip-gelu-{name}", brief)


def old_files(source, case, prefix=""):
    """As transformers 4 wrote them: the tower's prefix even for its own class, position_ids, other keys in config.json."""
    shutil.rmtree(OUT / case, ignore_errors=True)
    tensors = {prefix + key: value for key, value in load_file(OUT / source / "model.safetensors").items()}
    for name in [key for key in tensors if key.endswith("position_embedding.weight")]:
        ids = torch.arange(len(tensors[name]))[None]
        tensors[name.replace("position_embedding.weight", "position_ids")] = ids
    (OUT / case).mkdir()
    save_file(tensors, OUT / case / "model.safetensors", {"format": "pt"})
    config = json.loads((OUT / source / "config.json").read_text())
    config |= {"torch_dtype": config.pop("dtype"), "transformers_version": "4.30.0", "logit_scale_init_value": 2.6592}
    if "text_config" in config:
        config |= {"text_config_dict": config["text_config"], "vision_config_dict": None, "text_config": {"dropout": 0.0}}
    (OUT / case / "config.json").write_text(json.dumps(config, indent=2) + "\n")


def towers():
    config = config_of(TOWERS)
    text, vision = config.text_config, config.vision_config
    text_inputs = dict(input_ids=awkward_texts(33, 32), attention_mask=padded([5, 8, 7, 8], 8, "right"))
    vision_inputs = dict(pixel_values=picture(2, 3, 12, 12))
    for model_class, case, tower, inputs in [
        (CLIPTextModel, "text-model", text, text_inputs),
        (CLIPTextModelWithProjection, "text-model-with-projection", text, text_inputs),
        (CLIPVisionModel, "vision-model", vision, vision_inputs),
        (CLIPVisionModelWithProjection, "vision-model-with-projection", vision, vision_inputs),
    ]:
        tower._attn_implementation = "eager"
        model = build(model_class, tower, seed=3)
        save(model, case)
        write(case, run("base", model, inputs, **ALL))
        if model_class is CLIPTextModel:
            masked_gradients(model, case, text_inputs)
    old_files("text-model", "text-model-4.x", "text_model.")
    old_files("vision-model", "vision-model-4.x", "vision_model.")


def masked_gradients(model, case, inputs):
    """loss = mean over real tokens of lastHiddenState · probe."""
    states = model(**inputs).last_hidden_state
    probe = picture(states.shape[-1], seed=9)
    mask = inputs["attention_mask"]
    loss = ((states @ probe) * mask).sum() / mask.sum()
    loss.backward()
    write(case, gradients(model) | {"probe": probe, "loss": loss.detach()}, "gradients")


def classification():
    """The three problem types; what decides is the labels' type, or the configuration."""
    inputs = dict(pixel_values=picture(4, 3, 12, 12))
    classes, rows = tokens(4, 3, 2), picture(4, 3, seed=5)
    one_label = dict(num_labels=1)
    for case, more, labels in [
        ("image-classification", dict(num_labels=3), {"single": torch.tensor([2, 0, 1, 1]), "multi": classes.float()}),
        ("image-regression", one_label, {"regression": rows[:, 0]}),
    ]:
        model = build(CLIPForImageClassification, config_of(TOWERS, **more), seed=4)
        save(model, case)
        expected = run("base", model, inputs, **ALL)
        for name, given in labels.items():
            model.config.problem_type = None
            expected |= run(name, model, dict(labels=given, **inputs))
            model.zero_grad()
            model(labels=given, **inputs).loss.backward()
            expected |= {f"{name}.gradient.{key}": value.clone() for key, value in gradients(model).items()}
        model.config.problem_type = "regression"
        expected |= run("regression-by-config", model, dict(labels=rows[:, : model.config.num_labels], **inputs))
        write(case, expected)


if __name__ == "__main__":
    quick_gelu()
    gelu()
    towers()
    classification()
