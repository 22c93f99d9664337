# SPDX-License-Identifier: Apache-2.0
"""What huggingface_hub's cache looks like after it fetched a tiny model from a hub of our own on 127.0.0.1."""
import hashlib
import json
import os
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

os.environ |= {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}

ID = "owner/tiny-clip"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "config.json": b'{"model_type": "clip"}',
    "towers/text/config.json": b'{"model_type": "clip_text_model"}',
    "model.safetensors": bytes(i * 7 % 251 for i in range(3000)),
}
LARGE = ["model.safetensors"]
ABSENT = "vocab.json"


class Hub(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.answer(with_body=False)

    def do_GET(self):
        self.answer(with_body=True)

    def answer(self, with_body):
        name = unquote(self.path.split("/", 5)[5])
        content = FILES.get(name)
        self.send_response(200 if content is not None else 404)
        self.send_header("X-Repo-Commit", COMMIT)
        if content is None:
            self.send_header("X-Error-Code", "EntryNotFound")
        elif name in LARGE:
            self.send_header("X-Linked-Etag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Linked-Size", str(len(content)))
            self.send_header("ETag", '"of something else"')
        else:
            self.send_header("ETag", f'"{hashlib.sha1(b"blob %d" % len(content) + bytes(1) + content).hexdigest()}"')
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        if with_body:
            self.wfile.write(content or b"")

    def log_message(self, *_):
        pass


def describe(cache):
    """Every file and link: its content, or where it leads. Locks are each library's own affair."""
    tree = {}
    for path in sorted(cache.rglob("*")):
        name = path.relative_to(cache).as_posix()
        if name.startswith(".locks"):
            continue
        if path.is_symlink():
            tree[name] = {"link": os.readlink(path)}
        elif path.is_file():
            tree[name] = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    return tree


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["HF_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
    from huggingface_hub import __version__, hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    with tempfile.TemporaryDirectory() as folder:
        for name in [*FILES, ABSENT]:
            try:
                hf_hub_download(ID, name, cache_dir=folder)
            except EntryNotFoundError:
                assert name == ABSENT
        tree = describe(Path(folder))
    files = {name: content.hex() for name, content in FILES.items()}
    fixture = {"made_by": f"huggingface_hub {__version__}", "id": ID, "commit": COMMIT, "large": LARGE}
    target = Path(__file__).resolve().parents[1] / "fixtures" / "hub" / "python_cache.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(fixture | {"files": files, "absent": ABSENT, "tree": tree}, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
