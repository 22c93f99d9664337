# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/safetensors: files as the reference library writes them, and torch's conversions between float types.

    python test/python/make_safetensors.py
"""
import json
from pathlib import Path

import safetensors
import torch
from safetensors.torch import save_file

OUT = Path(__file__).resolve().parents[1] / "fixtures" / "safetensors"
# One key: the library writes several in an order that changes from run to run.
VERSIONS = {"made_by": f"torch {torch.__version__}, safetensors {safetensors.__version__}"}
FLOAT8 = {
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "F8_E4M3FNUZ": torch.float8_e4m3fnuz,
    "F8_E5M2FNUZ": torch.float8_e5m2fnuz,
    "F8_E8M0": torch.float8_e8m0fnu,
}
FLOATS = {"F16": torch.float16, "BF16": torch.bfloat16, **FLOAT8}


def random_bytes(count, generator):
    return torch.randint(0, 256, (count,), dtype=torch.uint8, generator=generator)


def every_dtype(generator):
    """One [2, 3] tensor of random bits for each dtype that torch can write, and the awkward shapes."""
    integers = {"U8": torch.uint8, "I8": torch.int8, "I16": torch.int16, "U16": torch.uint16, "I32": torch.int32}
    wide = {"U32": torch.uint32, "I64": torch.int64, "U64": torch.uint64, "F32": torch.float32, "F64": torch.float64}
    tensors = {"BOOL": torch.tensor([[True, False, True], [False, False, True]])}
    for name, dtype in {**integers, **wide, **FLOATS, "C64": torch.complex64}.items():
        tensors[name] = random_bytes(6 * dtype.itemsize, generator).view(dtype).reshape(2, 3)
    tensors["F4"] = random_bytes(6, generator).view(torch.float4_e2m1fn_x2).reshape(2, 3)
    tensors["scalar"] = torch.tensor(2.6592)
    tensors["empty"] = torch.zeros(3, 0, 2)
    tensors["one dimension of one"] = torch.ones(1, dtype=torch.float16)
    tensors['名前 "quoted" \\ \t'] = torch.arange(5, dtype=torch.int64)
    tensors["__proto__"] = torch.tensor([7], dtype=torch.int32)
    return tensors


def raw_hex(tensor):
    return tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes().hex()


def save_with_expectation(name, tensors):
    save_file(tensors, OUT / f"{name}.safetensors", VERSIONS)
    expected = {key: {"shape": list(t.shape), "hex": raw_hex(t)} for key, t in tensors.items()}
    (OUT / f"{name}.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n")


def conversions(generator):
    """`source` and `source.<dtype>`: torch's float32 → dtype; `<dtype>.codes` and `<dtype>.float32`: dtype → float32."""
    special = [0.0, -0.0, 1.0, -1.0, 65504.0, 65519.996, 65520.0, 448.0, 464.0, 464.1, 480.0, 57344.0, 61440.0, 3.4e38]
    special += [float("inf"), -float("inf"), float("nan"), 2.0**-24, 2.0**-25, 1.0001 * 2.0**-25, 2.0**-149, 2.0**-126]
    special += [2.0**-9, 2.0**-10, 3 * 2.0**-10, 2.0**-14, 2.0**-17, 240.0, 247.9, 248.0, 256.0, 1 + 2.0**-8, 1 + 3 * 2.0**-8]
    any_bits = random_bytes(4 * 200, generator).view(torch.float32)
    moderate = torch.randn(200, generator=generator) * torch.logspace(-6, 4, 200)
    source = torch.cat([torch.tensor(special), any_bits, moderate])
    tensors = {"source": source}
    for name, dtype in FLOATS.items():
        tensors[f"source.{name}"] = source.to(dtype)
        codes = torch.arange(256, dtype=torch.uint8) if dtype.itemsize == 1 else random_bytes(600, generator)
        tensors[f"{name}.codes"] = codes.view(dtype)
        tensors[f"{name}.float32"] = codes.view(dtype).to(torch.float32)
    wide = random_bytes(8 * 100, generator)
    ties = torch.tensor([2**24 + 1, 2**53 + 2**29, 2**60 + 2**36, 2**60 + 2**36 + 1, -(2**60) - 2**36 - 1, 2**63 - 1])
    tensors["I64.codes"] = torch.cat([wide.view(torch.int64), ties])
    tensors["F64.codes"] = torch.cat([wide.view(torch.float64), torch.tensor([1 + 2.0**-24, 1e300], dtype=torch.float64)])
    tensors["I16.codes"] = wide.view(torch.int16)[:50].clone()
    tensors["BOOL.codes"] = torch.tensor([True, False])
    for name in ["I64", "F64", "I16", "BOOL"]:
        tensors[f"{name}.float32"] = tensors[f"{name}.codes"].to(torch.float32)
    save_file(tensors, OUT / "conversions.safetensors", VERSIONS)


def two_shards(generator):
    shards = {
        "model-00001-of-00002.safetensors": {"a": torch.arange(6).reshape(2, 3), "b": torch.randn(4, generator=generator)},
        "model-00002-of-00002.safetensors": {"c": torch.randn(2, 2, generator=generator).to(torch.bfloat16)},
    }
    everything = {}
    for file, tensors in shards.items():
        save_file(tensors, OUT / file, {"format": "pt"})
        everything.update(tensors)
    weight_map = {name: file for file, tensors in shards.items() for name in tensors}
    total = sum(t.numel() * t.element_size() for t in everything.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (OUT / "model.safetensors.index.json").write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")
    expected = {key: {"shape": list(t.shape), "hex": raw_hex(t)} for key, t in everything.items()}
    (OUT / "two-shards.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(3)
    save_with_expectation("every-dtype", every_dtype(generator))
    conversions(generator)
    two_shards(generator)
    for file in OUT.iterdir():
        file.chmod(0o644)
