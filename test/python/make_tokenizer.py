# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/tokenizer: token ids, offsets and decoded text as transformers and OpenAI's code have them.

    python test/python/make_tokenizer.py [FOLDER_WITH_CLIPS_VOCABULARY]

Without the folder the vocabulary is the one kept in test/fixtures/tokenizer.
"""
import gzip
import html
import json
import random
import sys
import tempfile
from pathlib import Path

import ftfy
import regex
from common import FIXTURES, ROOT, versions
from tokenizers import Encoding
from tokenizer_texts import MOJIBAKE, TEXTS
from transformers import CLIPTokenizer

OUT = FIXTURES / "tokenizer"
EMOJI = ROOT / "packages" / "emoji-clip"
VERSIONS = versions("transformers", "tokenizers", "ftfy", "regex")
BOS, EOS = "<|startoftext|>", "<|endoftext|>"


def write(name, data):
    rows = ",\n".join(f" {json.dumps(key)}: {dump(value)}" for key, value in {**VERSIONS, **data}.items())
    (OUT / name).write_text("{\n" + rows + "\n}\n")


def dump(value):
    """A row a line, and escapes: these texts are not for editors."""
    if not isinstance(value, list):
        return json.dumps(value)
    return "[\n" + ",\n".join("  " + json.dumps(row, separators=(",", ":")) for row in value) + "\n ]"


def utf16_offsets(text, offsets):
    """Python counts characters, JavaScript UTF-16 units."""
    positions = [0]
    for character in text:
        positions.append(positions[-1] + (2 if ord(character) > 0xFFFF else 1))
    return [[positions[start], positions[end]] for start, end in offsets]


def random_texts(count):
    """Characters of all scripts that were in Unicode 9, so that the Unicode version of nobody matters."""
    generator = random.Random(0)
    blocks = [(0x20, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x520), (0x5D0, 0x5EB), (0x620, 0x660)]
    blocks += [(0x904, 0x94E), (0xE01, 0xE2F), (0x1100, 0x1200), (0x1E00, 0x1F00), (0x2010, 0x2028), (0x2190, 0x2300)]
    blocks += [(0x3041, 0x30FF), (0x4E00, 0x9FA6), (0xAC00, 0xD7A4), (0xF900, 0xFA6E), (0xFF01, 0xFF60)]
    blocks += [(0x1D400, 0x1D455), (0x1F300, 0x1F5FF), (0x20000, 0x2A6D7)]
    pieces = [" ", "  ", "\n", "'s", "'LL", BOS, EOS, "\u200d", "\ufe0f", "42"]
    texts = []
    for _ in range(count):
        text = ""
        for _ in range(generator.randint(1, 10)):
            special = generator.random() < 0.3
            text += generator.choice(pieces) if special else chr(generator.randrange(*generator.choice(blocks)))
        texts.append(text)
    return texts


def make_texts(tokenizer):
    rows = []
    for text in TEXTS + random_texts(220):
        encoded = tokenizer(text, return_offsets_mapping=True)
        ids = encoded["input_ids"]
        offsets = utf16_offsets(text, encoded["offset_mapping"])
        decoded = [tokenizer.decode(ids), tokenizer.decode(ids, skip_special_tokens=True)]
        rows.append([text, ids, offsets, *decoded])
    write("clip-texts.json", {"columns": ["text", "ids", "offsets", "decoded", "decoded without specials"], "rows": rows})


def camel(name):
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def camel_case(options):
    return {camel(key): value for key, value in options.items()}


RETURNS = {f"return_{what}": True for what in ("special_tokens_mask", "offsets_mapping", "length", "token_type_ids")}


def option_matrix():
    """Texts, second texts and options; without overflow, which make_overflow has."""
    batch = ["a photo of a big red dog", "two cats", ""]
    pairs = ["one two three four", "five", "six seven eight nine ten eleven"]
    for padding in (False, True, "max_length"):
        for truncation in (None, False, True, "only_first"):
            for max_length in (None, 3, 6, 12):
                yield batch, None, {"padding": padding, "truncation": truncation, "max_length": max_length}
    for max_length in (1, 5, 20):
        yield batch, None, {"padding": "longest", "truncation": True, "max_length": max_length, "add_special_tokens": False}
    for truncation in (True, "longest_first"):
        for max_length in (4, 5, 6, 7, 9, 10, 13):
            yield batch, pairs, {"padding": True, "truncation": truncation, "max_length": max_length}
    # Which text is the longer depends on where tokenizers stops to read.
    long = ["dog red of é 42 <|endoftext|> photo <|endoftext|> ,", "it's the 42 日本 ! <|endoftext|> the a cats"]
    for max_length in (5, 7, 9, 11):
        yield long, ["! 42 of it's , red the a of", "é the the 😀"], {"truncation": True, "max_length": max_length}
    yield batch, ["x", "y z", "w"], {"truncation": "only_first", "max_length": 8}
    yield ["x", "y z", "w"], pairs, {"truncation": "only_second", "max_length": 8}
    for side in ("left", "right"):
        for multiple in (None, 4, 5):
            yield batch, None, {"padding": True, "pad_to_multiple_of": multiple, "padding_side": side}
            yield batch, pairs, {"padding": "max_length", "pad_to_multiple_of": multiple, "padding_side": side}
    yield "a photo", None, {}
    yield "a photo", "of a dog", {}
    yield "a photo", "", {}
    yield ["a photo", "b"], ["", "c"], {}
    yield "a <|endoftext|> b", None, {"split_special_tokens": True}
    yield "a <|endoftext|> b", None, {"split_special_tokens": False}
    yield ["a", "Photo,", "dogs"], None, {"is_split_into_words": True}
    yield [["a", "photo"], ["b"], []], None, {"is_split_into_words": True, "padding": True}
    yield [["a", "photo"], ["b"]], [["c", "d"], ["e"]], {"is_split_into_words": True, "padding": True}


def make_options(tokenizer):
    rows = []
    for truncation_side in ("right", "left"):
        tokenizer.truncation_side = truncation_side
        for text, pair, options in option_matrix():
            options = {key: value for key, value in options.items() if value is not None}
            encoded = tokenizer(text, pair, **options, **RETURNS)
            expected = camel_case({key: value for key, value in encoded.items()})
            if "😀" in str(pair):  # its offsets differ, and make_texts has such
                del expected["offsetMapping"]
            given = camel_case(options) | ({} if pair is None else {"textPair": pair})
            rows.append([truncation_side, text, given, expected])
    tokenizer.truncation_side = "right"
    write("options.json", {"columns": ["truncation side", "text", "options", "expected"], "rows": rows})


def single_overflow(tokenizer, text, max_length, stride, side):
    """tokenizers 0.23 stops a long text early and loses most of what overflows; its own `truncate` does not."""
    encoding: Encoding = tokenizer(text, add_special_tokens=False).encodings[0]
    encoding.truncate(max_length - 2, stride, side)
    parts = [encoding, *encoding.overflowing]
    return [[tokenizer.bos_token_id, *part.ids, tokenizer.eos_token_id] for part in parts]


def make_overflow(tokenizer):
    rows = []
    text, pair = "a photo of a big red dog and two cats", "one two three four"
    for side in ("right", "left"):
        tokenizer.truncation_side = side
        for max_length in (3, 5, 8, 12, 20):
            for stride in (0, 1, 2, 4):
                if stride < max_length - 2 or max_length == 20:
                    rows.append([side, text, {"maxLength": max_length, "stride": stride}, single_overflow(tokenizer, text, max_length, stride, side)])
        for truncation in ("longest_first", "only_first", "only_second"):
            for max_length in (8, 11, 12, 14, 16):
                for stride in (0, 1, 2):
                    options = {"truncation": truncation, "max_length": max_length, "stride": stride}
                    try:
                        encoded = tokenizer(text, pair, return_overflowing_tokens=True, **options)
                    except BaseException:  # a text too short to be cut, or a stride too long: errors of ours as well
                        continue
                    if set(tokenizer(text)["input_ids"]) <= {i for row in encoded["input_ids"] for i in row}:
                        rows.append([side, text, camel_case(options) | {"textPair": pair}, encoded["input_ids"]])
    tokenizer.truncation_side = "right"
    write("overflow.json", {"columns": ["truncation side", "text", "options", "rows of ids"], "rows": rows})


def make_added(tokenizer_folder):
    """Added tokens of every kind."""
    from tokenizers import AddedToken

    tokenizer = CLIPTokenizer.from_pretrained(tokenizer_folder)
    tokenizer.add_tokens(["<new>", "NewWord", "dog"])
    tokenizer.add_tokens([AddedToken("cat", single_word=True), AddedToken("<l>", lstrip=True), AddedToken("<r>", rstrip=True)])
    tokenizer.add_tokens([AddedToken("<Raw>", normalized=False), AddedToken("new word", normalized=True)])
    tokenizer.add_special_tokens({"pad_token": "[PAD]", "additional_special_tokens": ["[X]", "[X][Y]"]})
    texts = ["a <new>dog", "newword NEWWORD", "cats cat cat_ (cat)", "a  <l>  b", "a  <r>  b", "<l> <r><l>", "<raw><Raw>"]
    texts += ["new\n word", "[X][Y][X]y[x]", "[PAD]", "hotdogs", "", " cat", "étécat é cat", "<r> cat <l>", "a <NEW> b"]
    rows = [[text, tokenizer(text)["input_ids"], tokenizer.decode(tokenizer(text)["input_ids"], skip_special_tokens=True)] for text in texts]
    folder = OUT / "added-tokens"
    tokenizer.save_pretrained(folder)
    whole = json.loads((folder / "tokenizer.json").read_text())
    (folder / "tokenizer.json").unlink()
    write("added-tokens.json", {"added_tokens": whole["added_tokens"], "config": json.loads((folder / "tokenizer_config.json").read_text()), "columns": ["text", "ids", "decoded without specials"], "rows": rows})
    (folder / "tokenizer_config.json").unlink()
    folder.rmdir()


class SimpleTokenizer:
    """openai/CLIP's clip/simple_tokenizer.py, shortened. Copyright (c) 2021 OpenAI, MIT licence."""

    def __init__(self, merges):
        self.encoder = vocabulary(merges)
        self.ranks = {tuple(merge.split()): rank for rank, merge in enumerate(merges)}
        self.byte_encoder = byte_characters()
        self.pattern = regex.compile(
            r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", regex.IGNORECASE
        )

    def bpe(self, token):
        if token in (BOS, EOS):
            return [token]
        word = [*token[:-1], token[-1] + "</w>"]
        while len(word) > 1:
            best = min(zip(word, word[1:]), key=lambda pair: self.ranks.get(pair, float("inf")))
            if best not in self.ranks:
                break
            merged, i = [], 0
            while i < len(word):
                both = tuple(word[i : i + 2]) == best
                merged.append(word[i] + word[i + 1] if both else word[i])
                i += 2 if both else 1
            word = merged
        return word

    def clean(self, text):
        text = html.unescape(html.unescape(ftfy.fix_text(text))).strip()
        return regex.sub(r"\s+", " ", text).strip().lower()

    def encode(self, text):
        ids = []
        for token in regex.findall(self.pattern, self.clean(text)):
            token = "".join(self.byte_encoder[byte] for byte in token.encode("utf-8"))
            ids += [self.encoder[piece] for piece in self.bpe(token)]
        return ids


def byte_characters():
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}


def make_openai(merges):
    tokenizer = SimpleTokenizer(merges)
    rows = [[text, ftfy.fix_text(text), tokenizer.clean(text), tokenizer.encode(text)] for text in TEXTS + MOJIBAKE + random_texts(60)]
    write("openai.json", {"columns": ["text", "ftfy.fix_text", "cleaned", "ids"], "rows": rows})


def vocabulary(merges):
    letters = sorted(byte_characters().values())
    tokens = letters + [letter + "</w>" for letter in letters] + [merge.replace(" ", "") for merge in merges] + [BOS, EOS]
    return {token: i for i, token in enumerate(tokens)}


def make_vocabulary(folder):
    """CLIP's own, once: the rest of it follows from the merges."""
    lines = (folder / "merges.txt").read_text().splitlines()
    merges = lines[1:]
    assert json.loads((folder / "vocab.json").read_text()) == vocabulary(merges)
    (OUT / "clip-merges.txt.gz").write_bytes(gzip.compress("\n".join(lines + [""]).encode(), 9, mtime=0))
    return merges


def unpack_vocabulary(folder):
    """CLIP's own, from the merges that are kept here."""
    merges = gzip.decompress((OUT / "clip-merges.txt.gz").read_bytes()).decode()
    (folder / "merges.txt").write_text(merges)
    (folder / "vocab.json").write_text(json.dumps(vocabulary(merges.splitlines()[1:])))
    return folder


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else unpack_vocabulary(Path(temporary))
        merges = make_vocabulary(folder)
        make_texts(CLIPTokenizer.from_pretrained(folder))
    emoji = CLIPTokenizer.from_pretrained(EMOJI)
    make_options(emoji)
    make_overflow(emoji)
    make_added(EMOJI)
    make_openai(merges)


if __name__ == "__main__":
    main()
