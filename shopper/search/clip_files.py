"""Where the files of a CLIP lie, how they are told apart, and where what is made of them is kept.

Knows nothing about networks, words or pictures.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from pathlib import Path

from shopper.errors import EncoderUnavailable

_log = logging.getLogger(__name__)

WEIGHTS = ("model.safetensors", "pytorch_model.bin", "model.safetensors.index.json")
_SMALL = ("*.json", "*.txt", "*.model")
_PIECE = 1 << 20  # of the weights read to tell folders apart
_KEPT = "shopper-onnx"


def model_folder(source: str, cache: Path | None) -> Path:
    """The folder of a model: `source` itself, or the snapshot of a hub id, fetched where it isn't here.

    Raises `EncoderUnavailable` where the name is none or the hub doesn't give it.
    """
    folder = Path(source).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise EncoderUnavailable(f"The folder {folder.name} holds no model: config.json is missing.")
        return folder
    if not may_be_hub_id(source):
        raise EncoderUnavailable(
            f'There is no encoder "{source}": say auto, builtin, fashionclip, a hub id like '
            "patrickjohncyh/fashion-clip, or the folder of a CLIP or SigLIP model."
        )
    from huggingface_hub import snapshot_download

    def fetched(patterns: tuple[str, ...]) -> Path:
        here = is_kept(source, cache)
        return Path(
            snapshot_download(
                source, cache_dir=cache, local_files_only=here, allow_patterns=[*_SMALL, *patterns]
            )
        )

    try:
        found = fetched(("model*.safetensors",))
        if any((found / name).is_file() for name in WEIGHTS):
            return found
        return fetched(("pytorch_model*.bin",))  # older models have nothing else
    except Exception as error:  # the hub's client and the network fail in many ways
        _log.warning("%s can't be fetched", source, exc_info=error)
        said = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise EncoderUnavailable(
            f"The encoder {source} is not on this machine, and the hub doesn't give it: {said}."
        ) from error


def is_kept(source: str, cache: Path | None = None) -> bool:
    """Whether all files of a hub id are on this machine."""
    from huggingface_hub import try_to_load_from_cache

    def has(name: str) -> bool:
        return isinstance(try_to_load_from_cache(source, name, cache_dir=cache), str)

    if not may_be_hub_id(source):
        return False
    described = has("config.json") and has("preprocessor_config.json")
    return described and any(has(name) for name in WEIGHTS)


def is_reachable(source: str, seconds: float) -> bool:
    """Whether the hub offers that id, asked for at most so long; false where the hub is switched off."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    answered = threading.Event()

    def ask() -> None:
        import httpx

        try:
            answer = httpx.head(
                f"{constants.ENDPOINT}/{source}/resolve/main/config.json",
                timeout=seconds,
                follow_redirects=True,
            )
            if answer.is_success:
                answered.set()
        except httpx.HTTPError as error:
            _log.debug("the hub doesn't answer: %s", error)

    # In a thread of its own: looking up a name heeds no timeout.
    asking = threading.Thread(target=ask, daemon=True, name="ask-hub")
    asking.start()
    asking.join(seconds)
    return answered.is_set()


def may_be_hub_id(source: str) -> bool:
    """Whether it has the form owner/name."""
    owner, slash, name = source.partition("/")
    return bool(slash and owner and name and "/" not in name and not source.startswith((".", "~")))


def id_of(folder: Path) -> str:
    """The folder's name and a mark of its contents: another model in its place gets other vectors."""
    mark = hashlib.sha256((folder / "config.json").read_bytes())
    for name in WEIGHTS:
        path = folder / name
        if path.is_file():
            mark.update(str(path.stat().st_size).encode())
            with path.open("rb") as file:
                mark.update(file.read(_PIECE))
                file.seek(-min(_PIECE, path.stat().st_size), 2)
                mark.update(file.read(_PIECE))
    return f"{folder.resolve().name}-{mark.hexdigest()[:8]}"


def fingerprint(folder: Path) -> str:
    """A hash of all weights and settings: what is made of a model is kept under it."""
    mark = hashlib.sha256()
    files = {
        path for pattern in ("*.json", "*.txt", "*.model", "*.safetensors") for path in folder.glob(pattern)
    }
    if not any(path.suffix == ".safetensors" for path in files):
        files |= set(folder.glob("*.bin"))
    for path in sorted(files):
        blob = path.resolve().name
        # The hub's own files are named by their SHA-256.
        known = path.is_symlink() and len(blob) == 64 and set(blob) <= set("0123456789abcdef")
        mark.update(f"{path.name}\0{blob if known else _hash(path)}\n".encode())
    return mark.hexdigest()[:20]


def places(folder: Path) -> list[Path]:
    """Where things made of this model may be kept: beside its weights, else in the user's cache."""
    from huggingface_hub import constants

    snapshot = folder.parent.name == "snapshots"
    beside = folder.parents[1] if snapshot else folder
    return [beside / _KEPT, Path(constants.HF_HOME) / _KEPT]


def first_writable(folders: list[Path]) -> Path | None:
    """The first of these folders that could be made and written to."""
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    return None


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
