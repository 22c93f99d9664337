# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/adaptation: LoRA as PEFT trains and keeps it, and logistic regression by scikit-learn.

    python test/python/make_adaptation.py

lora-start is an adapter as PEFT saves it, lora-trained the same after 25 steps of AdamW on the batches of make_training.py.
lora.safetensors has the losses, and of the trained adapter the merged weights that differ from the model's, and the embeddings.
lora-rank-stabilized is an untrained one with rsLoRA, whose B is not 0. probe.safetensors has features, labels and the
coefficients and intercepts for several C.
"""
import json
import shutil

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from sklearn.linear_model import LogisticRegression
from transformers import CLIPModel

from common import FIXTURES, versions

OUT = FIXTURES / "adaptation"
VERSIONS = versions("torch", "transformers", "peft", "scikit-learn")
MODEL = "clip-quick-gelu"
STEPS, BATCHES, LEARNING_RATE, WEIGHT_DECAY = 25, 3, 1e-2, 0.1
TARGETS = ["q_proj", "v_proj", "out_proj", "fc1", "visual_projection"]


def model():
    return CLIPModel.from_pretrained(FIXTURES / "models" / MODEL).train()


def batches():
    recorded = load_file(FIXTURES / "training" / "adamw.safetensors")
    names = ["input_ids", "attention_mask", "pixel_values"]
    return [{name: recorded[f"batch.{i}.{name}"] for name in names} for i in range(BATCHES)]


def save(adapted, folder):
    adapted.save_pretrained(folder)
    (folder / "README.md").unlink()
    config = folder / "adapter_config.json"
    described = json.loads(config.read_text()) | {"base_model_name_or_path": MODEL}
    if isinstance(described["target_modules"], list):
        described["target_modules"].sort()  # a set there, in an order that changes from run to run
    config.write_text(json.dumps(described, indent=2) + "\n")


def train():
    torch.manual_seed(5)
    adapted = get_peft_model(model(), LoraConfig(r=3, lora_alpha=6, target_modules=TARGETS))
    save(adapted, OUT / "lora-start")
    trained = [p for p in adapted.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=LEARNING_RATE, betas=(0.9, 0.98), eps=1e-6, weight_decay=WEIGHT_DECAY)
    data, losses = batches(), []
    for step in range(STEPS):
        loss = adapted(**data[step % BATCHES], return_loss=True).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    save(adapted, OUT / "lora-trained")
    numbers = torch.tensor(adapted.get_nb_trainable_parameters(), dtype=torch.int32)
    before, merged = model().state_dict(), adapted.merge_and_unload().eval()
    tensors = {f"merged.{n}": p for n, p in merged.state_dict().items() if not torch.equal(p, before[n])}
    with torch.no_grad():
        out = merged(**data[0])
    tensors |= dict(losses=torch.stack(losses), numbers=numbers, text_embeds=out.text_embeds, image_embeds=out.image_embeds)
    write("lora", tensors)


def rank_stabilized():
    torch.manual_seed(6)
    config = LoraConfig(r=4, lora_alpha=2, use_rslora=True, init_lora_weights=False, target_modules=r"vision_model.*\.fc2")
    adapted = get_peft_model(model(), config)
    save(adapted, OUT / "lora-rank-stabilized")
    name = "vision_model.encoder.layers.1.mlp.fc2.weight"
    write("lora-rank-stabilized", {name: adapted.merge_and_unload().state_dict()[name]})


def probe():
    generator = torch.Generator().manual_seed(7)
    tensors = {}
    for name, classes, values in [("three", 3, [0.316, 10.0]), ("two", 2, [0.316])]:
        labels = torch.randint(0, classes, (48,), generator=generator)
        centers = torch.randn(classes, 9, generator=generator)
        features = centers[labels] + 1.5 * torch.randn(48, 9, generator=generator)
        tensors |= {f"{name}.features": features, f"{name}.labels": labels}
        for i, c in enumerate(values):
            fitted = LogisticRegression(C=c, max_iter=1000, tol=1e-9).fit(features.double().numpy(), labels.numpy())
            tensors |= {f"{name}.{i}.c": torch.tensor(c), f"{name}.{i}.coefficients": torch.tensor(fitted.coef_).float()}
            tensors[f"{name}.{i}.intercept"] = torch.tensor(fitted.intercept_).float()
    write("probe", tensors)


def write(file, tensors):
    plain = {n: (t if t.is_floating_point() else t.int()).detach().contiguous() for n, t in tensors.items()}
    save_file(plain, OUT / f"{file}.safetensors", VERSIONS)


shutil.rmtree(OUT, ignore_errors=True)
train()
rank_stabilized()
probe()
