# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/checkpoints: one tiny CLIP in every dialect in which CLIP weights are published.

    python test/python/make_checkpoints.py

hugging-face/ is the reference; the values of all folders are the same, and all of them are float16 numbers, so that no
dialect rounds. expected.safetensors has an input, the logits and what OpenCLIP computes from the same weights.
TensorFlow's and Flax's files are written here as transformers 4 and Keras wrote them, after the sources of
`save_weights` (Keras 2) and `flax.serialization`: neither library runs beside this transformers.
"""
import json
import shutil
import sys
import warnings

import h5py
import msgpack
import torch
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel

from common import FIXTURES, versions
from open_clip_without_torchvision import open_clip
from tiny_models import build, picture, tokens

OUT = FIXTURES / "checkpoints"
VERSIONS = versions("torch", "transformers", "open_clip_torch", "h5py", "msgpack")
TOWER = dict(num_hidden_layers=2, num_attention_heads=1, intermediate_size=16, projection_dim=8)
# One head of fewer than 64 channels: what a loader must assume where nothing tells.
CONFIG = dict(
    text_config=TOWER | dict(vocab_size=40, hidden_size=12, max_position_embeddings=8, eos_token_id=2),
    vision_config=TOWER | dict(hidden_size=16, image_size=8, patch_size=4),
    projection_dim=8,
)
OPEN_CLIP = dict(
    embed_dim=8,
    vision_cfg=dict(image_size=8, patch_size=4, width=16, layers=2, head_width=16, mlp_ratio=1.0),
    text_cfg=dict(context_length=8, vocab_size=40, width=12, heads=1, layers=2, mlp_ratio=1.34),
    quick_gelu=True,
)
PREPROCESS = dict(
    mean=[0.48145466, 0.4578275, 0.40821073], std=[0.26862954, 0.26130258, 0.27577711],
    interpolation="bicubic", resize_mode="shortest",
)  # fmt: skip


def folder(name):
    shutil.rmtree(OUT / name, ignore_errors=True)
    (OUT / name).mkdir(parents=True)
    return OUT / name


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def reference():
    model = build(CLIPModel, CLIPConfig(**CONFIG, attn_implementation="eager"), seed=11)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half())
    model.save_pretrained(folder("hugging-face"))
    return model


def config_into(target):
    shutil.copy(OUT / "hugging-face" / "config.json", target)


# Hugging Face, by PyTorch


def torch_files(state):
    """pytorch_model.bin as transformers 4 wrote it, whole and in shards."""
    single, sharded = folder("torch"), folder("torch-sharded")
    for target in (single, sharded):
        config_into(target)
    torch.save(state, single / "pytorch_model.bin")
    names = list(state)
    halves = {"pytorch_model-00001-of-00002.bin": names[:40], "pytorch_model-00002-of-00002.bin": names[40:]}
    for file, part in halves.items():
        torch.save({name: state[name] for name in part}, sharded / file)
    total = sum(tensor.nbytes for tensor in state.values())
    weight_map = {name: file for file, part in halves.items() for name in part}
    index = dict(metadata=dict(total_size=total), weight_map=weight_map)
    write_json(sharded / "pytorch_model.bin.index.json", index)


# OpenCLIP


def fused(state, prefix, i, kind):
    layer = f"{prefix}.encoder.layers.{i}.self_attn"
    return torch.cat([state[f"{layer}.{part}_proj.{kind}"] for part in "qkv"])


def open_clip_state(state, text=""):
    result = {
        "logit_scale": state["logit_scale"],
        f"{text}positional_embedding": state["text_model.embeddings.position_embedding.weight"],
        f"{text}token_embedding.weight": state["text_model.embeddings.token_embedding.weight"],
        f"{text}text_projection": state["text_projection.weight"].T.contiguous(),
        "visual.class_embedding": state["vision_model.embeddings.class_embedding"],
        "visual.positional_embedding": state["vision_model.embeddings.position_embedding.weight"],
        "visual.conv1.weight": state["vision_model.embeddings.patch_embedding.weight"],
        "visual.proj": state["visual_projection.weight"].T.contiguous(),
    }
    for kind in ("weight", "bias"):
        result[f"{text}ln_final.{kind}"] = state[f"text_model.final_layer_norm.{kind}"]
        result[f"visual.ln_pre.{kind}"] = state[f"vision_model.pre_layrnorm.{kind}"]
        result[f"visual.ln_post.{kind}"] = state[f"vision_model.post_layernorm.{kind}"]
        for ours, theirs in (("text_model", f"{text}transformer"), ("vision_model", "visual.transformer")):
            for i in range(2):
                a, b = f"{ours}.encoder.layers.{i}", f"{theirs}.resblocks.{i}"
                result[f"{b}.ln_1.{kind}"] = state[f"{a}.layer_norm1.{kind}"]
                result[f"{b}.ln_2.{kind}"] = state[f"{a}.layer_norm2.{kind}"]
                result[f"{b}.attn.in_proj_{kind}"] = fused(state, ours, i, kind)
                result[f"{b}.attn.out_proj.{kind}"] = state[f"{a}.self_attn.out_proj.{kind}"]
                result[f"{b}.mlp.c_fc.{kind}"] = state[f"{a}.mlp.fc1.{kind}"]
                result[f"{b}.mlp.c_proj.{kind}"] = state[f"{a}.mlp.fc2.{kind}"]
    return result


def run_open_clip(model_class, state, inputs):
    """OpenCLIP's own modules load the state, strictly, and compute."""
    model = model_class(**OPEN_CLIP).eval()
    model.load_state_dict(state, strict=True)
    with torch.no_grad():
        image, text = model.encode_image(inputs["pixel_values"]), model.encode_text(inputs["input_ids"])
    return model, dict(image_features=image, text_features=text)


def open_clip_files(state, inputs):
    """A hub repository of OpenCLIP, and a checkpoint of its training loop with the newer text tower."""
    target = folder("open-clip")
    model, features = run_open_clip(open_clip.CLIP, open_clip_state(state), inputs)
    torch.save(model.state_dict(), target / "open_clip_pytorch_model.bin")
    write_json(target / "open_clip_config.json", dict(model_cfg=OPEN_CLIP, preprocess_cfg=PREPROCESS))
    target = folder("open-clip-training")
    model, again = run_open_clip(open_clip.CustomTextCLIP, open_clip_state(state, "text."), inputs)
    assert all(torch.equal(features[name], again[name]) for name in features)
    parallel = {f"module.{name}": tensor for name, tensor in model.state_dict().items()}
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(2))]).state_dict()
    checkpoint = dict(epoch=3, name="tiny", state_dict=parallel, optimizer=optimizer, scaler={"scale": 65536.0})
    torch.save(checkpoint, target / "epoch_3.pt")
    write_json(target / "open_clip_config.json", dict(model_cfg=OPEN_CLIP | {"custom_text": True}, preprocess_cfg=PREPROCESS))
    return features


# OpenAI


class Part(torch.nn.Module):
    """A module of OpenAI's names; what it computes does not matter."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def openai_state(state):
    """Half precision where OpenAI's convert_weights puts it: linear layers, convolution, attention and projections."""
    half = ("conv1.", "attn.", "mlp.", "proj", "text_projection")
    names = open_clip_state(state)
    result = {name: tensor.half() if any(part in name for part in half) else tensor for name, tensor in names.items()}
    scalars = dict(input_resolution=8, context_length=8, vocab_size=40)
    return result | {name: torch.tensor(value) for name, value in scalars.items()}


def module_of(state):
    root = Part()
    for name, tensor in state.items():
        *path, last = name.split(".")
        module = root
        for part in path:
            if not hasattr(module, part):
                module.add_module(part, Part())
            module = getattr(module, part)
        if tensor.is_floating_point():
            module.register_parameter(last, torch.nn.Parameter(tensor, requires_grad=False))
        else:
            module.register_buffer(last, tensor)
    return root.eval()


def openai_files(state):
    names = openai_state(state)
    torch.save(names, folder("openai") / "model.pt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls TorchScript deprecated; OpenAI's files are of it.
        torch.jit.script(module_of(names)).save(str(folder("openai-torchscript") / "ViT-tiny.pt"))


# TensorFlow and Flax


def keras_name(name):
    *path, last = name.split(".")
    inner = "/".join(path).replace("layers/", "layers_._")
    if "norm" in inner:
        last = {"weight": "gamma", "bias": "beta"}[last]
    elif inner.endswith("position_embedding"):
        last = "embeddings"
    elif last == "weight" and not inner.endswith("token_embedding"):
        last = "kernel"
    return f"tf_clip_model/clip/{inner}/{last}:0" if inner else f"tf_clip_model/clip/{last}:0"


def flax_path(name):
    *path, last = name.split(".")
    if last != "weight":
        return [*path, last]
    if "norm" in path[-1]:
        return [*path, "scale"]
    return [*path, "embedding" if path[-1] in ("token_embedding", "position_embedding") else "kernel"]


def kernel(name, tensor):
    """Linear weights as [in, out], the convolution as HWIO."""
    if name.endswith("patch_embedding.weight"):
        return tensor.permute(2, 3, 1, 0).contiguous().numpy()
    is_linear = name.endswith(("_proj.weight", "fc1.weight", "fc2.weight", "_projection.weight"))
    return (tensor.T.contiguous() if is_linear else tensor).numpy()


def keras_files(state):
    target = folder("keras")
    config_into(target)
    with h5py.File(target / "tf_model.h5", "w") as file:
        file.attrs["layer_names"] = [b"clip"]
        file.attrs["backend"] = b"tensorflow"
        file.attrs["keras_version"] = b"2.15.0"
        group = file.create_group("clip")
        group.attrs["weight_names"] = [keras_name(name).encode() for name in state]
        for name, tensor in state.items():
            value = kernel(name, tensor)
            group.create_dataset(keras_name(name), data=value.reshape(1) if name == "logit_scale" else value)
        file.create_group("top_level_model_weights").attrs["weight_names"] = []


def flax_array(value, dtype=None):
    parts = (value.shape, dtype or value.dtype.name, value.tobytes())
    return msgpack.ExtType(1, msgpack.packb(parts, use_bin_type=True))


def chunked(value, size):
    """How flax writes what is too large for one msgpack object."""
    flat = value.reshape(-1)
    chunks = {str(i): flax_array(flat[at : at + size]) for i, at in enumerate(range(0, flat.size, size))}
    return {"__msgpack_chunked_array__": True, "shape": {str(i): n for i, n in enumerate(value.shape)}, "chunks": chunks}


def flax_files(state):
    target = folder("flax")
    config_into(target)
    tree = {}
    for name, tensor in state.items():
        *path, last = flax_path(name)
        node = tree
        for part in path:
            node = node.setdefault(part, {})
        value = kernel(name, tensor)
        node[last] = chunked(value, 300) if name.endswith("token_embedding.weight") else flax_array(value)
    (target / "flax_model.msgpack").write_bytes(msgpack.packb(tree, use_bin_type=True))


# What a reader meets besides: views and types, and files that it does not read


def odd_files():
    target = folder("odd")
    matrix = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    tensors = {
        "whole": matrix,
        "transposed": matrix.T,
        "strided": matrix[1:, ::2],
        "same": matrix,
        "scalar": torch.tensor(0.5, dtype=torch.float64),
        "empty": torch.zeros(0, 3),
        "integers": torch.tensor([1, -2, 2**40]),
        "bfloat16": torch.tensor([1.5, -3e38], dtype=torch.bfloat16),
        "flags": torch.tensor([True, False]),
    }
    wrapped = {name: torch.nn.Parameter(tensor) if name == "whole" else tensor for name, tensor in tensors.items()}
    torch.save(wrapped, target / "views.pt")
    torch.save(wrapped, target / "protocol-4.pt", pickle_protocol=4)
    torch.save({"whole": matrix}, target / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.save({"broadcast": torch.ones(1).expand(1000)}, target / "broadcast.pt")
    torch.save(torch.nn.Linear(2, 2), target / "module.pt")
    as_float = {name: tensor.float().contiguous().clone() for name, tensor in tensors.items()}
    save_file(as_float, target / "views.safetensors", VERSIONS)
    hdf5_files(target, matrix.numpy())


def hdf5_files(target, matrix):
    with h5py.File(target / "types.h5", "w") as file:
        for dtype in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1"):
            file[f"group/{dtype}"] = matrix.astype(dtype)
        file["scalar"] = 0.5
        file["empty"] = matrix[:0]
    for name, options in {
        "compressed": dict(compression="gzip"),
        "chunked": dict(chunks=(1, 4)),
        "big-endian": dict(dtype=">f4"),
    }.items():
        with h5py.File(target / f"{name}.h5", "w") as file:
            file.create_dataset("matrix", data=matrix, **options)
    with h5py.File(target / "latest.h5", "w", libver="latest") as file:
        file["matrix"] = matrix
    with h5py.File(target / "link.h5", "w") as file:
        file["link"] = h5py.SoftLink("/elsewhere")
    with h5py.File(target / "circle.h5", "w") as file:
        file.create_group("group")["again"] = file["/"]


def sharded_index(model):
    """How transformers splits this model, for the writer."""
    target = folder("hugging-face-sharded")
    model.save_pretrained(target, max_shard_size="8KB")
    for shard in target.glob("*.safetensors"):
        shard.unlink()
    (target / "config.json").unlink()
    write_json(target / "order.json", list(model.state_dict()))


if __name__ == "__main__":
    model = reference()
    state = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
    inputs = dict(input_ids=tokens(3, 8, 40), pixel_values=picture(2, 3, 8, 8))
    torch_files(state)
    features = open_clip_files(state, inputs)
    openai_files(state)
    keras_files(state)
    flax_files(state)
    sharded_index(model)
    odd_files()
    with torch.no_grad():
        logits = model(**inputs).logits_per_image
        theirs = model.get_image_features(inputs["pixel_values"]).pooler_output
    print("largest difference of transformers' image features to OpenCLIP's:", (theirs - features["image_features"]).abs().max().item(), file=sys.stderr)
    expected = dict(input_ids=inputs["input_ids"].int(), pixel_values=inputs["pixel_values"], logits_per_image=logits) | features
    save_file({name: tensor.contiguous() for name, tensor in expected.items()}, OUT / "expected.safetensors", VERSIONS)
