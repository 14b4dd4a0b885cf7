"""The drawing board: cuts panels from cloth, lights them, sews lines on, and lays the result on paper.

Knows nothing about which garment it draws.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .cloth import Cloth, Floats, sample, weave_tile
from .geometry import Point, Points, box, ellipse, flip
from .palette import RGB, darker, lighter, seam

WIDTH, HEIGHT = 600, 750
S = 2  # the board is drawn twice as large as the picture
LOW = 4  # light is computed on a grid this much coarser
LIMIT = 20 * 1024  # bytes a picture may take
PAPER_TOP, PAPER_FOOT = (244, 241, 237), (229, 225, 219)

Fold = tuple[Sequence[Point], float, float]  # path, width, strength: below 0 dark, above 0 bright


class Figure:
    """One picture in the making; positions are units of the picture, x from its middle."""

    def __init__(self, cloth: Cloth, scale: float = 1.0) -> None:
        self.cloth = cloth
        self.scale = scale
        self.dx, self.dy = 0.0, 0.0
        self._board = Image.new("RGB", (WIDTH * S, HEIGHT * S), darker(cloth.color, 0.3))
        self._cover = Image.new("L", (WIDTH * S, HEIGHT * S), 0)

    def move(self, dx: float, dy: float, scale: float) -> None:
        """Everything drawn from here on is shifted and scaled about the middle of the picture."""
        self.dx, self.dy, self.scale = dx, dy, scale

    # ── panels ──────────────────────────────────────────────────────────────────────────────────

    def panel(
        self,
        outline: Sequence[Point],
        cloth: Cloth | None = None,
        *,
        shade: float = 1.0,
        turn: float = 0.0,
        volume: float = 0.34,
        folds: Iterable[Fold] = (),
        rim: float = 0.4,
        lift: float = 0.0,
    ) -> None:
        """Cuts a closed outline from cloth; `lift` lets it throw a shadow on what lies below."""
        points = self._pixels(outline)
        frame = self._frame(points, 6)
        if frame is None:
            return
        mask = Image.new("L", (frame[2] - frame[0], frame[3] - frame[1]), 0)
        ImageDraw.Draw(mask).polygon([(x - frame[0], y - frame[1]) for x, y in points], fill=255)
        creases = [(self._pixels(path), width, strength) for path, width, strength in folds]
        self._lay(mask, frame, cloth or self.cloth, shade, turn, volume, creases, lift)
        if rim:
            tone = darker((cloth or self.cloth).color, 0.55)
            self.line([*outline, outline[0]], tone, 1.3, rim)

    def pair(
        self,
        outline: Sequence[Point],
        cloth: Cloth | None = None,
        *,
        shade: float = 1.0,
        turn: float = 0.0,
        volume: float = 0.34,
        folds: Iterable[Fold] = (),
        rim: float = 0.4,
        lift: float = 0.0,
    ) -> None:
        """The same panel on both sides of the middle."""
        folds = list(folds)
        for side in (1, -1):
            shape = list(outline) if side == 1 else flip(outline)
            creases = folds if side == 1 else [(flip(p), w, s) for p, w, s in folds]
            self.panel(
                shape, cloth, shade=shade, turn=turn * side, volume=volume, folds=creases, rim=rim, lift=lift
            )

    def band(
        self,
        path: Sequence[Point],
        width: float,
        cloth: Cloth | None = None,
        *,
        shade: float = 1.0,
        volume: float = 0.5,
        rim: float = 0.0,
        lift: float = 0.0,
    ) -> None:
        """A strap, chain or cord of even width along a path."""
        points = self._pixels(path)
        thick = max(2, round(width * S * self.scale))
        frame = self._frame(points, thick + 6)
        if frame is None:
            return
        size = (frame[2] - frame[0], frame[3] - frame[1])
        mask = Image.new("L", size, 0)
        if rim:
            edge = Image.new("L", size, 0)
            self._trace(edge, points, frame, thick + 4, 255)
            self._board.paste(darker((cloth or self.cloth).color, 0.5), frame[:2], edge)
            self._cover.paste(255, frame[:2], edge)
        self._trace(mask, points, frame, thick, 255)
        if (cloth or self.cloth).weave in {"lace", "rib"}:
            volume *= 0.4  # flat trims do not roll
        self._lay(mask, frame, cloth or self.cloth, shade, 0.0, volume, (), lift)

    @staticmethod
    def _trace(
        mask: Image.Image, points: Points, frame: tuple[int, int, int, int], thick: int, ink: int
    ) -> None:
        pen = ImageDraw.Draw(mask)
        path = [(x - frame[0], y - frame[1]) for x, y in points]
        pen.line(path, fill=ink, width=thick, joint="curve")
        r = thick / 2 - 0.5
        if 1.5 <= r <= 4.5 * S:  # cords and chains end round, ribs and straps are cut straight
            for x, y in (path[0], path[-1]):
                pen.ellipse((x - r, y - r, x + r, y + r), fill=ink)

    def _lay(
        self,
        mask: Image.Image,
        frame: tuple[int, int, int, int],
        cloth: Cloth,
        shade: float,
        turn: float,
        volume: float,
        folds: Iterable[Fold],
        lift: float,
    ) -> None:
        x0, y0, x1, y1 = frame
        w, h = x1 - x0, y1 - y0
        if lift:
            self._cast(mask, frame, lift)
        light, bulge = self._light(mask, frame, cloth, volume, folds)
        weave = sample(weave_tile(cloth.weave), x0, y0, w, h, turn, self._origin())
        light = light * weave * shade
        if cloth.pattern is None:
            rgb = np.asarray(cloth.color, dtype=np.float32) * light[..., None]
        else:
            # Tiles as large as the canvas stay upright: they are placed, not repeated.
            whole = cloth.pattern.shape[0] >= HEIGHT * S
            origin = (0.0, 0.0) if whole else self._origin()
            rgb = sample(cloth.pattern, x0, y0, w, h, 0.0 if whole else turn, origin) * light[..., None]
        if cloth.gloss:
            rgb = rgb + (cloth.gloss * 150) * np.clip(bulge, 0, 1)[..., None] ** 2
        mask = mask.filter(ImageFilter.BoxBlur(1))
        self._board.paste(Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8)), (x0, y0), mask)
        self._cover.paste(255, (x0, y0), mask)

    @staticmethod
    def _light(
        mask: Image.Image,
        frame: tuple[int, int, int, int],
        cloth: Cloth,
        volume: float,
        folds: Iterable[Fold],
    ) -> tuple[Floats, Floats]:
        """Light over the panel from the upper left, and how much it bulges towards that light."""
        w, h = mask.size
        small = (max(2, w // LOW), max(2, h // LOW))
        reach = max(2.0, min(15.0, min(small) / 5))
        padded = Image.new("L", (small[0] + 8, small[1] + 8), 0)
        padded.paste(mask.resize(small, Image.Resampling.BOX), (4, 4))
        soft = np.asarray(padded.filter(ImageFilter.GaussianBlur(reach)), dtype=np.float32)[4:-4, 4:-4]
        # A thin strap never fills the blur; its middle still faces the light.
        soft = soft / max(1.0, float(soft.max()))
        down, across = np.gradient(soft)
        slope = (across * 0.8 + down * 0.6) * reach
        light = 1.05 - volume * 1.25 * np.clip(1 - soft, 0, 1) + volume * 0.75 * slope
        folds = list(folds)
        if folds:
            crease = Image.new("L", small, 128)
            pen = ImageDraw.Draw(crease)
            for path, width, strength in folds:
                ink = round(128 + max(-1.0, min(1.0, strength * cloth.drape)) * 110)
                points = [((x - frame[0]) / LOW, (y - frame[1]) / LOW) for x, y in path]
                pen.line(points, fill=ink, width=max(1, round(width * S / LOW)), joint="curve")
            marks = np.asarray(crease.filter(ImageFilter.GaussianBlur(2.2)), dtype=np.float32)
            light = light + (marks - 128) / 128 * 0.55
            slope = slope + (marks - 128) / 128 * 0.5
        return _grown(light, (w, h)), _grown(np.asarray(slope * 2.0), (w, h))

    def _cast(self, mask: Image.Image, frame: tuple[int, int, int, int], lift: float) -> None:
        """Darkens what lies under a panel's lower edge."""
        pad = round(lift * 2 * S)
        w, h = mask.size
        small = Image.new("L", ((w + 2 * pad) // LOW, (h + 2 * pad) // LOW), 0)
        small.paste(
            mask.resize((max(1, w // LOW), max(1, h // LOW)), Image.Resampling.BOX), (pad // LOW, pad // LOW)
        )
        soft = small.filter(ImageFilter.GaussianBlur(lift * S / LOW)).resize((w + 2 * pad, h + 2 * pad))
        soft = soft.point(lambda v: v * 0.42)
        at = (frame[0] - pad + round(lift * 0.3), frame[1] - pad + round(lift * S * 0.6))
        region = self._board.crop((*at, at[0] + soft.width, at[1] + soft.height))
        region.paste((14, 12, 18), (0, 0), soft)
        self._board.paste(region, at)

    # ── lines and small parts ───────────────────────────────────────────────────────────────────

    def line(
        self,
        path: Sequence[Point],
        color: RGB | None = None,
        width: float = 1.6,
        alpha: float = 0.55,
        dash: float = 0.0,
    ) -> None:
        """A seam, or with `dash` a row of stitches that long."""
        points = self._pixels(path)
        thick = max(1, round(width * S * self.scale))
        frame = self._frame(points, thick + 4)
        if frame is None:
            return
        mask = Image.new("L", (frame[2] - frame[0], frame[3] - frame[1]), 0)
        ink = round(255 * alpha)
        for part in _dashes(points, dash * S * self.scale) if dash else [points]:
            self._trace(mask, part, frame, thick, ink)
        tone = color or seam(self.cloth.color)
        self._board.paste(tone, frame[:2], mask.filter(ImageFilter.BoxBlur(1)) if thick < 8 else mask)

    def lines(
        self,
        paths: Iterable[Sequence[Point]],
        color: RGB | None = None,
        width: float = 1.6,
        alpha: float = 0.55,
        dash: float = 0.0,
    ) -> None:
        """Several seams, each with its mirror image."""
        for path in paths:
            self.line(path, color, width, alpha, dash)
            self.line(flip(path), color, width, alpha, dash)

    def stitch(self, path: Sequence[Point], color: RGB | None = None, alpha: float = 0.75) -> None:
        """Top-stitching in a thread lighter than the cloth."""
        self.line(path, color or lighter(self.cloth.color, 0.45), 1.3, alpha, 5)

    def dot(
        self,
        x: float,
        y: float,
        r: float,
        color: RGB,
        *,
        weave: str = "satin",
        gloss: float = 0.5,
        lift: float = 1.5,
    ) -> None:
        """A small round part: a button head, a rivet, a pearl."""
        self.panel(ellipse(x, y, r), Cloth(color, weave, gloss=gloss), volume=0.45, rim=0.5, lift=lift)

    def button(self, x: float, y: float, r: float, color: RGB) -> None:
        """A sewn button with two holes."""
        self.dot(x, y, r, color, gloss=0.15, lift=2)
        for hole in (-0.3, 0.3):
            self.line([(x + hole * r, y - 0.2), (x + hole * r, y + 0.2)], darker(color, 0.7), 1.4, 0.8)

    def buckle(self, x0: float, y0: float, x1: float, y1: float, metal: RGB, width: float = 4) -> None:
        """A metal frame."""
        self.band(
            [*box(x0, y0, x1, y1, 3), (x0 + 3, y0)], width, Cloth(metal, "satin", gloss=0.9), rim=0.5, lift=2
        )

    def zipper(self, path: Sequence[Point], metal: RGB, tape: RGB | None = None) -> None:
        """A zip: dark tape, bright teeth, a pull at the start of the path."""
        self.line(path, tape or darker(self.cloth.color, 0.6), 6.5, 0.85)
        self.line(path, metal, 3.0, 0.95, 2.2)
        x, y = path[0]
        self.panel(box(x - 2.8, y, x + 2.8, y + 15, 2), Cloth(metal, "satin", gloss=0.8), rim=0.6)

    # ── the finished picture ────────────────────────────────────────────────────────────────────

    def picture(self) -> Image.Image:
        """RGB, 600 × 750: the figure with a soft shadow on warm grey paper."""
        small = self._cover.resize((WIDTH // 2, HEIGHT // 2), Image.Resampling.BOX)
        paper = _paper().copy()
        for dx, dy, blur, strength in ((4, 8, 9, 0.22), (1, 2, 2.5, 0.18)):
            shadow = Image.new("L", small.size, 0)
            shadow.paste(small, (dx, dy))
            shadow = shadow.filter(ImageFilter.GaussianBlur(blur)).resize(
                (WIDTH, HEIGHT), Image.Resampling.BILINEAR
            )
            paper.paste((74, 64, 58), (0, 0), shadow.point(lambda v, k=strength: v * k))
        size = (WIDTH, HEIGHT)
        paper.paste(
            self._board.resize(size, Image.Resampling.BOX),
            (0, 0),
            self._cover.resize(size, Image.Resampling.BOX),
        )
        return paper

    def webp(self) -> bytes:
        """The picture as WebP of at most 20 KB; quality gives way where the cloth is busy."""
        image = self.picture()
        for quality in (80, 68, 56, 44, 32, 20, 12):
            out = io.BytesIO()
            if quality == 20:  # a small check over the whole cloth: take the edge off it
                image = image.filter(ImageFilter.GaussianBlur(0.9))
            image.save(out, "WEBP", quality=quality, method=4)
            if out.tell() <= LIMIT:
                break
        return out.getvalue()

    # ── from units to pixels ────────────────────────────────────────────────────────────────────

    def _origin(self) -> tuple[float, float]:
        return ((WIDTH / 2 + self.dx) * S, (HEIGHT / 2 + self.dy) * S)

    def _pixels(self, points: Sequence[Point]) -> Points:
        k, mx, my = self.scale * S, (WIDTH / 2 + self.dx) * S, (HEIGHT / 2 + self.dy) * S
        return [(mx + x * k, my + (y - HEIGHT / 2) * k) for x, y in points]

    @staticmethod
    def _frame(points: Points, pad: int) -> tuple[int, int, int, int] | None:
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        x0, y0 = max(0, int(min(xs)) - pad), max(0, int(min(ys)) - pad)
        x1, y1 = min(WIDTH * S, int(max(xs)) + pad), min(HEIGHT * S, int(max(ys)) + pad)
        return (x0, y0, x1, y1) if x1 - x0 > 2 and y1 - y0 > 2 else None


def _grown(small: Floats, size: tuple[int, int]) -> Floats:
    return np.asarray(Image.fromarray(small.astype(np.float32)).resize(size, Image.Resampling.BILINEAR))


def _dashes(points: Points, length: float) -> list[Points]:
    """The path cut into strokes of `length` with gaps half as long."""
    parts: list[Points] = []
    stroke: Points = []
    left, drawing = length, True
    for (xa, ya), (xb, yb) in pairwise(points):
        span = max(1e-6, ((xb - xa) ** 2 + (yb - ya) ** 2) ** 0.5)
        done = 0.0
        while done < span:
            step = min(left, span - done)
            a, b = done / span, (done + step) / span
            if drawing:
                start = (xa + (xb - xa) * a, ya + (yb - ya) * a)
                stroke = [*(stroke or [start]), (xa + (xb - xa) * b, ya + (yb - ya) * b)]
            done, left = done + step, left - step
            if left <= 1e-6:
                if drawing and len(stroke) > 1:
                    parts.append(stroke)
                stroke, drawing = [], not drawing
                left = length if drawing else length * 0.5
    return [*parts, stroke] if len(stroke) > 1 else parts


@lru_cache(maxsize=1)
def _paper() -> Image.Image:
    ramp = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None, None]
    sheet = np.asarray(PAPER_TOP) * (1 - ramp) + np.asarray(PAPER_FOOT) * ramp
    return Image.fromarray(np.broadcast_to(sheet, (HEIGHT, WIDTH, 3)).round().astype(np.uint8))
