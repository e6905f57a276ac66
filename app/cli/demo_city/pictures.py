"""Street scenes drawn for the demo city's past cases: the same corner before and after the work."""

import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 800, 600
HORIZON = 250
KERB = 330

Colour = tuple[int, int, int]
Pen = ImageDraw.ImageDraw

# Sky above, sky at the horizon, walls, road: morning, noon, overcast, evening.
LIGHTS: tuple[tuple[Colour, Colour, Colour, Colour], ...] = (
    ((150, 190, 225), (245, 225, 200), (208, 196, 182), (104, 106, 112)),
    ((104, 168, 226), (206, 230, 245), (216, 208, 196), (112, 114, 118)),
    ((168, 178, 188), (212, 216, 218), (188, 188, 186), (96, 99, 104)),
    ((120, 130, 180), (250, 196, 150), (196, 174, 160), (88, 88, 98)),
)
LEAF: tuple[Colour, ...] = ((74, 124, 66), (92, 140, 72), (60, 110, 70))
RUBBISH: tuple[Colour, ...] = (
    (236, 236, 232),
    (206, 60, 52),
    (64, 110, 180),
    (230, 190, 70),
    (60, 60, 60),
    (90, 150, 90),
)


@dataclass(frozen=True)
class Spot:
    """Where the subject stands in the picture, in pixels, and the dice of this picture."""

    x: int
    y: int
    rng: Random


def _shade(colour: Colour, by: int) -> Colour:
    red, green, blue = (max(0, min(255, channel + by)) for channel in colour)
    return red, green, blue


def _sky(pen: Pen, above: Colour, below: Colour) -> None:
    for y in range(HORIZON):
        part = y / HORIZON
        red, green, blue = (round(a + (b - a) * part) for a, b in zip(above, below, strict=True))
        pen.line([(0, y), (WIDTH, y)], fill=(red, green, blue))


def _houses(pen: Pen, wall: Colour, rng: Random) -> None:
    pen.rectangle([0, HORIZON, WIDTH, KERB], fill=_shade(wall, -30))
    x = -20
    while x < WIDTH:
        width, top = rng.randint(90, 170), HORIZON - rng.randint(60, 190)
        face = _shade(wall, rng.randint(-22, 14))
        pen.rectangle([x, top, x + width, KERB - 20], fill=face)
        pen.rectangle([x + width - 16, top, x + width, KERB - 20], fill=_shade(face, -16))
        glass = _shade(face, -56)
        for row in range(top + 14, HORIZON + 6, 26):
            for column in range(x + 12, x + width - 26, 26):
                pen.rectangle([column, row, column + 13, row + 15], fill=_shade(glass, rng.randint(-8, 26)))
        pen.rectangle([x + 4, HORIZON + 20, x + width - 6, KERB - 20], fill=_shade(face, -36))
        pen.rectangle([x + 4, HORIZON + 12, x + width - 6, HORIZON + 24], fill=rng.choice(RUBBISH))
        x += width + rng.choice((0, 0, 6, 14))


def _ground(pen: Pen, road: Colour, rng: Random) -> None:
    pave = _shade(road, 70)
    pen.rectangle([0, KERB - 20, WIDTH, 430], fill=pave)
    for x in range(-400, WIDTH + 400, 46):
        pen.line([(x, KERB - 20), (400 + (x - 400) * 1.35, 430)], fill=_shade(pave, -14))
    for y in (KERB + 2, KERB + 34, KERB + 72):
        pen.line([(0, y), (WIDTH, y)], fill=_shade(pave, -14))
    pen.rectangle([0, 430, WIDTH, 442], fill=_shade(pave, 22))
    pen.rectangle([0, 442, WIDTH, HEIGHT], fill=road)
    for x in range(rng.randint(-120, 0), WIDTH, 200):
        pen.polygon([(x, 560), (x + 110, 560), (x + 120, 570), (x - 2, 570)], fill=(232, 232, 224))


def _tree(pen: Pen, x: int, foot: int, size: int, rng: Random) -> None:
    pen.rectangle([x - size // 12, foot - size, x + size // 12, foot], fill=(104, 82, 62))
    for _ in range(16):
        dx, dy = rng.gauss(0.0, size / 3.4), rng.gauss(0.0, size / 4.4)
        radius = rng.uniform(size / 6, size / 3.6)
        cx, cy = x + dx, foot - size * 1.15 + dy
        pen.ellipse([cx - radius, cy - radius, cx + radius, cy + radius], fill=rng.choice(LEAF))


def _ellipse(pen: Pen, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
    pen.ellipse([x - rx, y - ry, x + rx, y + ry], fill=fill)


def _manhole(pen: Pen, spot: Spot, solved: bool) -> None:
    x, y = spot.x, 510
    _ellipse(pen, x, y, 84, 34, (70, 70, 74))
    _ellipse(pen, x, y - 2, 74, 28, (128, 126, 122) if solved else (14, 14, 18))
    if solved:
        for step in range(-3, 4):
            pen.line([(x - 60, y + step * 7), (x + 60, y + step * 7)], fill=(104, 102, 98), width=2)
        return
    _ellipse(pen, x + 120, y + 26, 74, 26, (120, 118, 114))
    _ellipse(pen, x + 120, y + 22, 66, 21, (140, 138, 132))
    pen.arc([x - 74, y - 30, x + 74, y + 26], 190, 350, fill=(44, 44, 48), width=6)


def _litter(pen: Pen, spot: Spot, solved: bool) -> None:
    _bin(pen, spot.x - 90, 400)
    if solved:
        return
    for _ in range(46):
        x, y = spot.x + spot.rng.gauss(40, 70), 418 + spot.rng.gauss(0, 14)
        size = spot.rng.uniform(6, 20)
        corners = [
            (x + size * math.cos(a), y + 0.6 * size * math.sin(a))
            for a in sorted(spot.rng.uniform(0, 6.3) for _ in range(5))
        ]
        pen.polygon(corners, fill=spot.rng.choice(RUBBISH))


def _bin(pen: Pen, x: int, foot: int) -> None:
    pen.polygon([(x, foot - 84), (x + 58, foot - 84), (x + 52, foot), (x + 6, foot)], fill=(54, 110, 84))
    pen.rectangle([x - 4, foot - 94, x + 62, foot - 82], fill=(44, 92, 70))
    pen.rectangle([x + 20, foot - 60, x + 38, foot - 42], fill=(226, 236, 228))


def _full_bin(pen: Pen, spot: Spot, solved: bool) -> None:
    if not solved:
        for _ in range(16):
            x, y = spot.x + spot.rng.uniform(-8, 66), 312 + spot.rng.uniform(-26, 8)
            _ellipse(pen, x, y, spot.rng.uniform(10, 20), spot.rng.uniform(8, 16), spot.rng.choice(RUBBISH))
        for _ in range(6):
            x = spot.x + spot.rng.uniform(-70, 120)
            _ellipse(pen, x, 402, 22, 15, spot.rng.choice(((40, 40, 44), (70, 70, 76), (230, 230, 230))))
    _bin(pen, spot.x, 404)


def _pothole(pen: Pen, spot: Spot, solved: bool) -> None:
    ring = [
        (spot.x + radius * math.cos(a), 510 + 0.34 * radius * math.sin(a))
        for a, radius in ((k * math.tau / 22, spot.rng.uniform(92, 130)) for k in range(22))
    ]
    if solved:
        pen.polygon(
            [(spot.x - 140, 468), (spot.x + 140, 468), (spot.x + 156, 552), (spot.x - 156, 552)], fill=(64, 64, 68)
        )
        return
    pen.polygon(ring, fill=(62, 54, 48))
    _ellipse(pen, spot.x + 8, 516, 84, 22, (96, 104, 112))
    for _ in range(26):
        x, y = spot.x + spot.rng.gauss(0, 110), 510 + spot.rng.gauss(0, 30)
        _ellipse(pen, x, y, spot.rng.uniform(2, 6), spot.rng.uniform(2, 4), (80, 74, 68))


def _adverts(pen: Pen, spot: Spot, solved: bool) -> None:
    pen.rectangle([spot.x - 150, 214, spot.x + 150, 400], fill=(206, 200, 190))
    pen.rectangle([spot.x - 150, 204, spot.x + 150, 216], fill=(150, 142, 132))
    if solved:
        pen.rectangle([spot.x - 110, 250, spot.x + 120, 360], fill=(214, 208, 198))
        return
    for _ in range(15):
        x, y = spot.x + spot.rng.uniform(-136, 100), spot.rng.uniform(230, 360)
        pen.rectangle(
            [x, y, x + 36, y + 26],
            fill=spot.rng.choice(((250, 244, 210), (252, 252, 250), (250, 214, 90), (236, 120, 110))),
        )
        for line in range(3):
            pen.line([(x + 5, y + 7 + line * 6), (x + 30, y + 7 + line * 6)], fill=(60, 60, 70))


def _stall(pen: Pen, spot: Spot, solved: bool) -> None:
    if solved:
        return
    x = spot.x
    pen.rectangle([x - 90, 340, x + 90, 400], fill=(150, 110, 74))
    for number in range(7):
        _ellipse(
            pen, x - 74 + number * 25, 338, 14, 12, spot.rng.choice(((210, 70, 50), (236, 170, 50), (120, 160, 70)))
        )
    for side in (-84, 84):
        pen.line([(x + side, 400), (x + side, 250)], fill=(90, 90, 94), width=5)
    for strip in range(8):
        left = x - 116 + strip * 29
        pen.polygon(
            [(left + 8, 232), (left + 37, 232), (left + 29, 266), (left, 266)],
            fill=(214, 60, 54) if strip % 2 else (248, 246, 240),
        )


def _bikes(pen: Pen, spot: Spot, solved: bool) -> None:
    colour = ((232, 176, 40), (60, 150, 210), (70, 180, 120))[spot.x % 3]
    for number in range(7):
        step = 46 if solved else 38
        x = spot.x - 150 + number * step
        y = 396 if solved else 396 + spot.rng.randint(-22, 26)
        lean = 0 if solved else spot.rng.randint(-16, 16)
        for wheel in (0, 54):
            pen.ellipse([x + wheel - 19, y - 38, x + wheel + 19, y], outline=(40, 40, 44), width=4)
        pen.line(
            [(x, y - 19), (x + 20 + lean, y - 52), (x + 54, y - 19), (x + 24, y - 20), (x + 20 + lean, y - 52)],
            fill=colour,
            width=5,
        )
        pen.line([(x + 46, y - 58), (x + 54, y - 19)], fill=colour, width=4)
        pen.line([(x + 38, y - 60), (x + 56, y - 60)], fill=(40, 40, 44), width=4)


def _fallen_tree(pen: Pen, spot: Spot, solved: bool) -> None:
    if solved:
        _tree(pen, spot.x, 404, 130, spot.rng)
        return
    pen.line([(spot.x - 110, 404), (spot.x + 70, 420)], fill=(104, 82, 62), width=16)
    for _ in range(22):
        x, y = spot.x + 110 + spot.rng.gauss(0, 56), 414 + spot.rng.gauss(0, 22)
        radius = spot.rng.uniform(14, 30)
        _ellipse(pen, x, y, radius, radius * 0.7, spot.rng.choice(LEAF))


def _lamp(pen: Pen, spot: Spot, solved: bool) -> None:
    lean = 0 if solved else 46
    pen.line([(spot.x, 410), (spot.x + lean, 120)], fill=(70, 76, 84), width=9)
    pen.line([(spot.x + lean, 122), (spot.x + lean + 80, 112)], fill=(70, 76, 84), width=6)
    if solved:
        _ellipse(pen, spot.x + 84, 120, 32, 14, (255, 240, 180))
    else:
        pen.line([(spot.x + lean + 80, 114), (spot.x + lean + 86, 176)], fill=(30, 30, 34), width=3)
    _ellipse(pen, spot.x + lean + 84, 114, 22, 8, (220, 222, 226))


def _dirty_water(pen: Pen, spot: Spot, solved: bool) -> None:
    pen.rectangle([0, 442, WIDTH, HEIGHT], fill=(104, 150, 168) if solved else (112, 122, 96))
    for _ in range(70):
        x, y = spot.rng.uniform(0, WIDTH), spot.rng.uniform(455, 596)
        pen.line([(x, y), (x + spot.rng.uniform(20, 70), y)], fill=(140, 180, 194) if solved else (126, 136, 110))
    for x in range(0, WIDTH + 1, 50):
        pen.rectangle([x - 3, 396, x + 3, 442], fill=(226, 226, 220))
    pen.rectangle([0, 396, WIDTH, 402], fill=(226, 226, 220))
    if solved:
        return
    for _ in range(40):
        x, y = spot.x + spot.rng.gauss(0, 120), 520 + spot.rng.gauss(0, 26)
        _ellipse(pen, x, y, spot.rng.uniform(5, 15), spot.rng.uniform(3, 8), spot.rng.choice(RUBBISH))


def _building_site(pen: Pen, spot: Spot, solved: bool) -> None:
    for number in range(8):
        left = spot.x - 240 + number * 60
        fallen = not solved and number in {3, 4}
        panel = [(left, 410), (left + 58, 420), (left + 74, 404), (left + 14, 396)]
        upright = [(left, 300), (left + 56, 300), (left + 56, 404), (left, 404)]
        pen.polygon(panel if fallen else upright, fill=(70, 130, 176))
        if not fallen:
            pen.line([(left + 28, 300), (left + 28, 404)], fill=(56, 108, 150), width=2)
    if not solved:
        pen.polygon([(spot.x - 130, 420), (spot.x - 10, 330), (spot.x + 100, 420)], fill=(170, 138, 96))


def _railing(pen: Pen, spot: Spot, solved: bool) -> None:
    for number in range(8):
        left = spot.x - 260 + number * 66
        lean = 0 if solved or number not in {3, 4, 5} else 46
        top = 372 if not lean else 420
        for bar in range(0, 66, 11):
            pen.line([(left + bar, 446), (left + bar + lean, top)], fill=(236, 238, 240), width=3)
        pen.line([(left + lean, top), (left + 66 + lean, top)], fill=(236, 238, 240), width=6)
        pen.line([(left, 446), (left + lean, top)], fill=(60, 110, 190), width=6)


def _sign(pen: Pen, spot: Spot, solved: bool) -> None:
    """A road sign on its pole; before the work both lean."""
    angle = 0.0 if solved else math.radians(24)
    cos, sin = math.cos(angle), math.sin(angle)

    def leaning(x: float, y: float) -> tuple[float, float]:
        """A point of the upright sign (from its foot), leant over."""
        return spot.x + x * cos - y * sin, 424 + x * sin + y * cos

    pen.line([leaning(0, 0), leaning(0, -230)], fill=(150, 154, 158), width=9)
    board = [leaning(x, y) for x, y in ((-95, -240), (95, -240), (95, -130), (-95, -130))]
    pen.polygon(board, fill=(28, 92, 180), outline=(245, 245, 245), width=4)
    arrow = ((-52, -150), (-52, -180), (-68, -180), (-40, -216), (-12, -180), (-28, -180), (-28, -150))
    pen.polygon([leaning(x, y) for x, y in arrow], fill=(245, 245, 245))
    for y in (-208, -186, -164):
        pen.line([leaning(12, y), leaning(72, y)], fill=(245, 245, 245), width=6)


SUBJECTS: Mapping[str, Callable[[Pen, Spot, bool], None]] = {
    "manhole": _manhole,
    "litter": _litter,
    "full_bin": _full_bin,
    "pothole": _pothole,
    "adverts": _adverts,
    "stall": _stall,
    "bikes": _bikes,
    "tree": _fallen_tree,
    "lamp": _lamp,
    "water": _dirty_water,
    "site": _building_site,
    "railing": _railing,
    "sign": _sign,
}


def draw(subject: str, variant: int, *, solved: bool, shot: int = 0) -> Image.Image:
    """One scene. The same subject and variant is the same corner, before (`solved` false) and after the work.

    Another `shot` of it is another photo of the same: only the grain differs.

    Units:  pixels, 800 by 600.
    """
    corner = Random(f"{subject} {variant}")  # noqa: S311 - a drawing, not a secret
    above, below, wall, road = LIGHTS[variant % len(LIGHTS)]
    image = Image.new("RGB", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(image)
    _sky(pen, above, below)
    _houses(pen, wall, corner)
    _ground(pen, road, corner)
    for x in range(corner.randint(20, 160), WIDTH, 250):
        _tree(pen, x, KERB - 6, corner.randint(74, 100), corner)
    dice = Random(f"{subject} {variant} {solved}")  # noqa: S311 - a drawing, not a secret
    SUBJECTS[subject](pen, Spot(corner.randint(300, 500), 410, dice), solved)
    # A lens never draws perfectly sharp edges, nor even colours.
    soft = image.filter(ImageFilter.GaussianBlur(0.8))
    dice.seed(f"{subject} {variant} {solved} {shot}")
    speckles = Image.frombytes("L", (WIDTH // 2, HEIGHT // 2), dice.randbytes(WIDTH * HEIGHT // 4))
    grain = speckles.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR).convert("RGB")
    return Image.blend(soft, grain, 0.035)


def jpeg(subject: str, variant: int, *, solved: bool, shot: int = 0) -> bytes:
    """The scene as JPEG bytes."""
    file = io.BytesIO()
    draw(subject, variant, solved=solved, shot=shot).save(file, "JPEG", quality=80)
    return file.getvalue()
