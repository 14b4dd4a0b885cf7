"""Fine-tunes a CLIP or SigLIP on a shop's own pictures and words, as FashionCLIP was made from CLIP.

Seeded, and resumable from its checkpoints to the same weights. Knows nothing about where the pairs come from.
"""

from __future__ import annotations

import json
import logging
import math
import os
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor, nn
from torch.nn import functional

from shopper.errors import BadInput
from shopper.search.clip_pixels import PixelRecipe, read_picture
from shopper.search.clip_torch import has_gpu, load_parts, text_form
from shopper.search.clip_words import Words
from shopper.search.training.lora import add_lora, merge_lora
from shopper.search.training.pairs import Pair

_log = logging.getLogger(__name__)

_SETTINGS = ("*.json", "*.txt", "*.model")
_CHECKPOINT = "checkpoint.pt"
_FIGURES = "training.json"
_MOST_SCALE = math.log(100.0)  # as CLIP clips it
_WARM_UP = 0.1

Told = Callable[[int, int, float], None]


@dataclass(frozen=True)
class ClipPlan:
    """What a run may vary; a `lora` rank of 0 lets all weights learn, at a tenth of the rate."""

    seed: int = 7
    epochs: int = 4
    batch: int = 32
    rate: float = 2e-4
    lora: int = 8
    every: int = 100  # steps between two looks at the validation part, each with a checkpoint
    most_steps: int | None = None


@dataclass
class _Run:
    """The model and its tools as they stand."""

    model: Any
    words: Words
    recipe: PixelRecipe
    device: torch.device
    pool: ThreadPoolExecutor

    def pictures(self, pairs: Sequence[Pair], flips: Sequence[bool] | None = None) -> Tensor:
        """Unit vectors float[n, dim] of the pairs' pictures, some mirrored."""

        def read(pair: Pair, flip: bool) -> Image.Image:
            image = read_picture(pair.picture, max(self.recipe.resized))
            return ImageOps.mirror(image) if flip else image

        images = list(self.pool.map(read, pairs, flips or [False] * len(pairs)))
        pixels = torch.from_numpy(self.recipe.normal(self.recipe.pixels(images, self.pool)))
        with self._half():
            found = self.model.get_image_features(pixel_values=pixels.to(self.device))
        return functional.normalize(getattr(found, "pooler_output", found).float(), dim=-1)

    def texts(self, texts: Sequence[str]) -> Tensor:
        """Unit vectors float[n, dim]."""
        rows = self.words.tokens(texts)
        ids = self.words.ids(rows)
        known: dict[str, Tensor] = {"input_ids": torch.from_numpy(ids).to(self.device)}
        if not self.words.fixed:
            mask = np.arange(ids.shape[1]) < np.array([[len(row)] for row in rows])
            known["attention_mask"] = torch.from_numpy(mask.astype(np.int64)).to(self.device)
        with self._half():
            found = self.model.get_text_features(**known)
        return functional.normalize(getattr(found, "pooler_output", found).float(), dim=-1)

    def _half(self) -> torch.autocast:
        """On a GPU, the layers run in bfloat16; weights and losses stay in float32."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda")

    def loss(self, pictures: Tensor, texts: Tensor) -> Tensor:
        """CLIP's symmetric cross-entropy, or SigLIP's sigmoid loss where the model was made with it."""
        logits = self.model.logit_scale.exp() * texts @ pictures.T
        if hasattr(self.model, "logit_bias"):
            signs = 2 * torch.eye(len(logits), device=logits.device) - 1
            out: Tensor = -functional.logsigmoid(signs * (logits + self.model.logit_bias)).sum() / len(logits)
            return out
        own = torch.arange(len(logits), device=logits.device)
        return (functional.cross_entropy(logits, own) + functional.cross_entropy(logits.T, own)) / 2


def fine_tune(
    base: Path, pairs: Sequence[Pair], out: Path, plan: ClipPlan, *, told: Told | None = None
) -> dict[str, Any]:
    """Write the tuned model into `out`, a folder that `SHOPPER_ENCODER` loads, and return the figures.

    A checkpoint in `out` is gone on from; what ships is the state with the least validation loss.
    """
    began = time.monotonic()
    torch.manual_seed(plan.seed)
    parts = {name: [p for p in pairs if p.part == name] for name in ("train", "validation", "test")}
    if len({pair.product for pair in parts["train"]}) < 2:
        raise BadInput("There are too few products with pictures to learn from.")
    run = _open(base)
    with run.pool:
        before = {name: measure(run, parts[name]) for name in ("validation", "test")}
        if plan.lora:
            add_lora(run.model, plan.lora)
            run.model.logit_scale.requires_grad_(True)
            run.model.to(run.device)
        out.mkdir(parents=True, exist_ok=True)
        state = _learn(run, parts, out / _CHECKPOINT, plan, _mark(base, pairs, plan), told)
        run.model.load_state_dict(state["best"], strict=False)
        merge_lora(run.model)
        run.model.eval()
        after = {name: measure(run, parts[name]) for name in ("validation", "test")}
    found = {
        "base": base.name,
        "plan": asdict(plan),
        "pairs": {name: len(some) for name, some in parts.items()},
        "products": {name: len({p.product for p in some}) for name, some in parts.items()},
        "steps": state["step"],
        "best_step": state["best_step"],
        "train_loss": [round(value, 4) for value in state["losses"]],
        "before": before,
        "after": after,
        "seconds": round(time.monotonic() - began, 1),
        "device": str(run.device),
    }
    _save(run.model, base, out, found)
    return found


def measure(run: _Run, pairs: Sequence[Pair]) -> dict[str, float]:
    """Text to image: how often a name brings a picture of its own product first, and among the first ten."""
    if not pairs:
        return {}
    with torch.inference_mode():
        batches = [pairs[start : start + 64] for start in range(0, len(pairs), 64)]
        pictures = torch.cat([run.pictures(some) for some in batches]).cpu().numpy()
        texts = torch.cat([run.texts([p.texts[0] for p in some]) for some in batches]).cpu().numpy()
    names = np.array([pair.texts[0] for pair in pairs])
    order = np.argsort(-(texts @ pictures.T), axis=1, kind="stable")
    right = names[order] == names[:, None]  # products with one and the same name are each other's answers
    rank = right.argmax(axis=1) + 1
    return {
        "r1": round(float((rank <= 1).mean()), 4),
        "r10": round(float((rank <= 10).mean()), 4),
        "mrr": round(float((1 / rank).mean()), 4),
        "of": float(len(pairs)),
    }


def _open(base: Path) -> _Run:
    model, tokenizer, processor = load_parts(base)
    longest, fixed = text_form(model.config)
    words, recipe = Words.of(tokenizer, longest=longest, fixed=fixed), PixelRecipe.of(processor)
    if words is None or recipe is None:
        raise BadInput(f"The tokenizer or the picture processor of {base.name} can't be trained with.")
    device = torch.device("cuda" if has_gpu() else "cpu")
    return _Run(model.to(device), words, recipe, device, ThreadPoolExecutor(max(1, torch.get_num_threads())))


def _learn(
    run: _Run, parts: dict[str, list[Pair]], kept: Path, plan: ClipPlan, mark: str, told: Told | None
) -> dict[str, Any]:
    learning = {name: p for name, p in run.model.named_parameters() if p.requires_grad}
    rate = plan.rate if plan.lora else plan.rate / 10
    optimizer = torch.optim.AdamW(learning.values(), lr=rate, weight_decay=0.01)
    epochs = [_batches(parts["train"], plan, epoch) for epoch in range(plan.epochs)]
    steps = [batch for epoch in epochs for batch in epoch]
    state = _resumed(kept, mark, learning, optimizer) or {
        "step": 0, "best_step": 0, "best_loss": math.inf, "best": _copied(learning), "losses": [],
    }  # fmt: skip
    if state["step"] == 0:
        state["best_loss"] = _validation(run, parts["validation"], plan)
    run.model.train()
    last = min(len(steps), plan.most_steps or len(steps))
    for step in range(state["step"], last):
        for group in optimizer.param_groups:
            group["lr"] = rate * _pace(step / len(steps), 1 / len(steps))
        batch, texts, flips = steps[step]
        loss = run.loss(run.pictures(batch, flips), run.texts(texts))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(learning.values(), 1.0)
        optimizer.step()
        with torch.no_grad():
            run.model.logit_scale.clamp_(max=_MOST_SCALE)
        state["losses"].append(float(loss.detach()))
        state["step"] = step + 1
        if told:
            told(step + 1, last, state["losses"][-1])
        if (step + 1) % plan.every == 0 or step + 1 == last:
            found = _validation(run, parts["validation"], plan)
            _log.info("step %d of %d: loss %.3f, validation %.3f", step + 1, last, state["losses"][-1], found)
            if found <= state["best_loss"] or not parts["validation"]:
                state |= {"best_loss": found, "best_step": step + 1, "best": _copied(learning)}
            _keep(kept, mark, state, learning, optimizer)
    return state


def _batches(
    pairs: Sequence[Pair], plan: ClipPlan, epoch: int
) -> list[tuple[list[Pair], list[str], list[bool]]]:
    """The batches of an epoch, from the seed alone; one colour of a product in each: the others match too."""
    rng = np.random.default_rng((plan.seed, epoch))
    own: dict[str, list[Pair]] = {}
    for n in rng.permutation(len(pairs)):
        own.setdefault(pairs[n].product, []).append(pairs[n])
    rounds = max(map(len, own.values()))
    queue = [colors[n] for n in range(rounds) for colors in own.values() if n < len(colors)]
    batches: list[list[Pair]] = [[]]
    for pair in queue:
        if len(batches[-1]) >= plan.batch or any(pair.product == other.product for other in batches[-1]):
            batches.append([])
        batches[-1].append(pair)
    return [
        (
            some,
            [pair.texts[int(rng.integers(len(pair.texts)))] for pair in some],
            [bool(flip) for flip in rng.random(len(some)) < 0.5],
        )
        for some in batches
        if len(some) > 1
    ]


def _validation(run: _Run, pairs: Sequence[Pair], plan: ClipPlan) -> float:
    """The mean loss of the names of the validation part; infinite where there is none."""
    found = []
    run.model.eval()
    with torch.inference_mode():
        for some, _, _ in _batches(pairs, plan, epoch=0) if pairs else ():
            found.append(float(run.loss(run.pictures(some), run.texts([p.texts[0] for p in some]))))
    run.model.train()
    return float(np.mean(found)) if found else math.inf


def _pace(done: float, step: float) -> float:
    """A warm-up, then down along a cosine."""
    return min(1.0, (done + step) / _WARM_UP) * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def _copied(learning: dict[str, nn.Parameter]) -> dict[str, Tensor]:
    return {name: value.detach().cpu().clone() for name, value in learning.items()}


def _mark(base: Path, pairs: Sequence[Pair], plan: ClipPlan) -> str:
    """What a checkpoint belongs to: it must not be gone on from with anything else."""
    said = [base.name, sorted((p.product, p.texts) for p in pairs), asdict(plan) | {"most_steps": None}]
    return json.dumps(said, ensure_ascii=False)


def _keep(
    kept: Path, mark: str, state: dict[str, Any], learning: dict[str, nn.Parameter], optimizer: Any
) -> None:
    beside = kept.with_suffix(".part")
    torch.save(
        {"mark": mark, "state": state, "now": _copied(learning), "optimizer": optimizer.state_dict()}, beside
    )
    os.replace(beside, kept)


def _resumed(
    kept: Path, mark: str, learning: dict[str, nn.Parameter], optimizer: Any
) -> dict[str, Any] | None:
    if not kept.is_file():
        return None
    found = torch.load(kept, weights_only=True, map_location="cpu")
    if found["mark"] != mark:
        raise BadInput(
            f"{kept.parent.name} holds the checkpoint of another run (other base, products or settings): "
            "remove it, or write elsewhere."
        )
    with torch.no_grad():
        for name, value in learning.items():
            value.copy_(found["now"][name])
    optimizer.load_state_dict(found["optimizer"])
    state: dict[str, Any] = found["state"]
    _log.info("going on from step %d", state["step"])
    return state


def _save(model: Any, base: Path, out: Path, found: dict[str, Any]) -> None:
    """The model as transformers saves it, with the base's tokenizer and processor beside."""
    for pattern in _SETTINGS:
        for path in base.glob(pattern):
            if path.name != "config.json" and not path.name.endswith(".index.json"):
                shutil.copyfile(path, out / path.name)
    model.save_pretrained(out)
    (out / _FIGURES).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
