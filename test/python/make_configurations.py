# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/configurations.json: config.json files as transformers reads and writes them again.

    python test/python/make_configurations.py
"""
import copy
import json

from transformers import CLIPConfig, CLIPTextConfig, CLIPVisionConfig

from common import FIXTURES, versions

SMALL_TEXT = dict(hidden_size=64, num_attention_heads=4, vocab_size=99, hidden_act="gelu", layer_norm_eps=1e-6)
CASES = {
    "defaults of the text tower": (CLIPTextConfig, {}),
    "defaults of the vision tower": (CLIPVisionConfig, {}),
    "defaults of the whole": (CLIPConfig, {}),
    "towers given in part": (
        CLIPConfig,
        dict(text_config=SMALL_TEXT, vision_config=dict(patch_size=16), projection_dim=96, initializer_factor=0.5),
    ),
    "tokens that are not there": (CLIPTextConfig, dict(pad_token_id=None, bos_token_id=None, eos_token_id=2)),
    "the keys of old files, which override the new ones": (
        CLIPConfig,
        dict(
            text_config=SMALL_TEXT, text_config_dict=dict(hidden_size=32),
            vision_config=None, vision_config_dict=dict(image_size=30, patch_size=10),
        ),
    ),
    "old files without the new keys": (
        CLIPConfig,
        dict(text_config=None, text_config_dict=SMALL_TEXT, vision_config_dict=None, logit_scale_init_value=4.6052),
    ),
    "a number of labels": (CLIPConfig, dict(num_labels=3)),
    "labels with names": (
        CLIPConfig,
        dict(id2label={"0": "cat", "1": "dog"}, label2id={"cat": 0, "dog": 1}, problem_type="multi_label_classification"),
    ),
    "keys that CLIP has no use for": (
        CLIPConfig,
        dict(some_key=[1, {"a_b": None}], text_config=dict(dropout=0.1), vision_config=dict(anotherKey="x")),
    ),
}  # fmt: skip


def case(name, config_class, given):
    written = json.loads(config_class(**copy.deepcopy(given)).to_json_string())
    del written["transformers_version"]
    return dict(name=name, **{"class": config_class.__name__}, given=given, written=written)


if __name__ == "__main__":
    cases = [case(name, *rest) for name, rest in CASES.items()]
    content = json.dumps(dict(versions("transformers"), cases=cases), indent=1)
    (FIXTURES / "configurations.json").write_text(content + "\n")
