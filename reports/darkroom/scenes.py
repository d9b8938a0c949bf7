"""Roads, cars and number plates drawn by us, for measuring how many plates are found; nobody's car is shown.

A drawn scene is easier than a street in the rain: what is measured on these is an upper bound, and says most
about what size, turn and blur do.
"""

import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE = (960, 720)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
# Strokes of a few provinces' characters on a square of ten by ten: no font for them is at hand everywhere.
PROVINCES = {
    "京": [
        [(5, 0), (5, 2)], [(1, 2), (9, 2)], [(3, 4), (7, 4), (7, 6), (3, 6), (3, 4)],
        [(5, 6), (5, 10)], [(3, 7), (1, 9)], [(7, 7), (9, 9)],
    ],
    "津": [
        [(1, 1), (2, 2)], [(0, 4), (2, 5)], [(0, 9), (2, 6)], [(3, 2), (9, 2), (9, 4)], [(3, 4), (10, 4)],
        [(3, 6), (9, 6)], [(3, 8), (10, 8)], [(6, 0), (6, 10)],
    ],
    "冀": [
        [(4, 0), (4, 3)], [(1, 1), (4, 1)], [(1, 3), (4, 2)], [(6, 0), (6, 3), (9, 3)], [(9, 1), (6, 2)],
        [(3, 4), (7, 4), (7, 6), (3, 6), (3, 4)], [(5, 4), (5, 6)], [(3, 5), (7, 5)], [(2, 7), (8, 7)],
        [(4, 6), (4, 8)], [(6, 6), (6, 8)], [(0, 8), (10, 8)], [(4, 9), (2, 10)], [(6, 9), (8, 10)],
    ],
}  # fmt: skip
SIGNS = [
    "0311-86012345",
    "SLOW",
    "SCHOOL",
    "EXIT 12",
    "BUS 23",
    "ZONE 30",
    "40",
    "HOTEL LUNA",
    "NO 17",
    "KLMN 24H",
]


@dataclass(frozen=True)
class Style:
    """How a kind of plate looks: its text, colours, and shape in millimetres."""

    name: str
    text: Callable[[random.Random], str]
    ground: str
    ink: str
    size_mm: tuple[int, int]


@dataclass(frozen=True)
class Scene:
    """A JPEG with one plate: its edges as shares (left, top, right, bottom), and what it is like."""

    jpeg: bytes
    edges: tuple[float, float, float, float]
    style: str
    width_px: int
    turn: float
    blur: float


def _some(rng: random.Random, pattern: str) -> str:
    """A text by its pattern: A is a letter, 9 a digit, X either, anything else stands for itself."""
    choices = {"A": LETTERS, "9": "0123456789", "X": LETTERS + "0123456789"}
    return "".join(rng.choice(choices.get(sign, sign)) for sign in pattern)


def _chinese(pattern: str) -> Callable[[random.Random], str]:
    return lambda rng: rng.choice(sorted(PROVINCES)) + _some(rng, pattern)


def _foreign(pattern: str) -> Callable[[random.Random], str]:
    return lambda rng: _some(rng, pattern)


STYLES = (
    Style("china_blue", _chinese("A·XX999"), "#1846a8", "white", (440, 140)),
    Style("china_new_energy", _chinese("A·D99999"), "#6fd28a", "black", (480, 140)),
    Style("china_yellow", _chinese("A·99X99"), "#f2b50f", "black", (440, 140)),
    Style("european", _foreign("AA 999 AA"), "white", "black", (520, 110)),
    Style("british", _foreign("AA99 AAA"), "#f6d400", "black", (520, 110)),
    Style("american", _foreign("9AAA999"), "#eef2f6", "#203a72", (305, 152)),
)


def scene(number: int) -> Scene:
    """The scene of this number, always the same."""
    rng = random.Random(number)  # noqa: S311  # a drawing, not a secret
    style = STYLES[number % len(STYLES)]
    width, turn, blur = (
        round(10 ** rng.uniform(1.75, 2.5)),
        rng.gauss(0, 7),
        rng.choice([0, 0, 0.6, 1.0, 1.5]),
    )
    image = _road(rng)
    plate, mask = _turned(_plate(style, style.text(rng), rng), width, turn, rng)
    left = rng.randrange(20, SIZE[0] - plate.width - 20)
    top = rng.randrange(SIZE[1] // 3, SIZE[1] - plate.height - 20)
    _car(image, rng, (left + plate.width / 2, top + plate.height / 2), width)
    image.paste(plate, (left, top), mask)
    image = image.filter(ImageFilter.GaussianBlur(blur)) if blur else image
    out = io.BytesIO()
    image.save(out, "JPEG", quality=rng.choice([60, 75, 90]))
    box = mask.getbbox() or (0, 0, 1, 1)
    edges = (left + box[0], top + box[1], left + box[2], top + box[3])
    shares = tuple(edge / SIZE[place % 2] for place, edge in enumerate(edges))
    return Scene(out.getvalue(), shares, style.name, width, turn, blur)  # type: ignore[arg-type]  # four of them


def _font(size: float) -> ImageFont.FreeTypeFont:
    """The one bold font that an installed package carries."""
    found = files("reportlab").joinpath("fonts", "VeraBd.ttf")
    return ImageFont.truetype(io.BytesIO(found.read_bytes()), size)


def _plate(style: Style, text: str, rng: random.Random) -> Image.Image:
    """The plate seen straight on, two pixels a millimetre."""
    width, height = (2 * edge for edge in style.size_mm)
    image = Image.new("RGB", (width, height), style.ground)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((4, 4, width - 5, height - 5), 16, outline=style.ink, width=5)
    step, top = (width - 40) / len(text), height * 0.16
    for place, sign in enumerate(text):
        left = 20 + place * step
        if sign in PROVINCES:
            _strokes(draw, sign, (left, top, step * 0.9, height * 0.66), style.ink)
        elif sign == "·":
            draw.ellipse(
                (left + step / 2 - 9, height / 2 - 9, left + step / 2 + 9, height / 2 + 9), style.ink
            )
        else:
            _sign(image, sign, (left, top, step, height * 0.68), style.ink)
    worn = Image.effect_noise(image.size, rng.uniform(2, 20)).convert("RGB")
    return Image.blend(image, worn, rng.uniform(0, 0.2))


def _strokes(
    draw: ImageDraw.ImageDraw, sign: str, place: tuple[float, float, float, float], ink: str
) -> None:
    left, top, width, height = place
    for stroke in PROVINCES[sign]:
        points = [(left + x * width / 10, top + y * height / 10) for x, y in stroke]
        draw.line(points, fill=ink, width=9, joint="curve")


def _sign(image: Image.Image, sign: str, place: tuple[float, float, float, float], ink: str) -> None:
    """One letter, pressed into the narrow shape that letters have on plates."""
    left, top, width, height = place
    letter = Image.new("L", (200, 200))
    ImageDraw.Draw(letter).text((100, 100), sign, 255, _font(180), anchor="mm")
    box = letter.getbbox()
    if box is None:
        return
    narrow = letter.crop(box).resize((max(round(width * 0.8), 1), round(height)))
    image.paste(ink, (round(left + width * 0.1), round(top)), narrow)


def _turned(
    plate: Image.Image, width: int, turn: float, rng: random.Random
) -> tuple[Image.Image, Image.Image]:
    """The plate as a camera beside the road sees it, with the mask of where it is."""
    height = max(round(width * plate.height / plate.width), 1)
    small = plate.resize((width, height), Image.Resampling.LANCZOS).convert("RGBA")
    lean = rng.uniform(-0.25, 0.25)
    room = math.ceil(abs(lean) * width)
    canvas = Image.new("RGBA", (width, height + room))
    canvas.paste(small, (0, room if lean > 0 else 0))
    leaning = canvas.transform(
        canvas.size, Image.Transform.AFFINE, (1, 0, 0, lean, 1, 0), Image.Resampling.BICUBIC
    )
    turned = leaning.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    shade = rng.uniform(0.35, 1.0)
    return turned.convert("RGB").point(lambda value: value * shade), turned.getchannel("A")


def _road(rng: random.Random) -> Image.Image:
    """Sky, houses with words on them, asphalt with its grain and its lines."""
    width, height = SIZE
    sky, ground = rng.randrange(120, 230), rng.randrange(50, 120)
    image = Image.new("RGB", SIZE, (sky, sky, min(sky + 20, 255)))
    draw = ImageDraw.Draw(image)
    for left in range(0, width, 160):
        shade = rng.randrange(70, 180)
        draw.rectangle(
            (left, rng.randrange(60, 220), left + 150, height // 3), (shade, shade - 10, shade - 20)
        )
    draw.rectangle((0, height // 3, width, height), (ground, ground, ground + 4))
    for x in range(0, width, 180):
        draw.polygon(
            [(x, height), (x + 40, height), (width / 2 + 8, height / 3), (width / 2, height / 3)], "#c9c9c2"
        )
    for _ in range(3):
        place = rng.randrange(0, width - 300), rng.randrange(80, height // 3 - 60)
        draw.text(
            place,
            rng.choice(SIGNS),
            rng.choice(["white", "#a01010", "#103060"]),
            _font(rng.randrange(18, 46)),
        )
    return Image.blend(image, Image.effect_noise(SIZE, 40).convert("RGB"), 0.08)


def _car(image: Image.Image, rng: random.Random, middle: tuple[float, float], plate_px: int) -> None:
    """The back of a car around where its plate will be: a car is four plates wide."""
    draw = ImageDraw.Draw(image)
    x, y, half = middle[0], middle[1], plate_px * 2
    paint = tuple(rng.randrange(30, 230) for _ in range(3))
    draw.rounded_rectangle((x - half, y - half * 0.9, x + half, y + half * 0.45), half * 0.15, fill=paint)
    draw.rounded_rectangle(
        (x - half * 0.7, y - half * 0.8, x + half * 0.7, y - half * 0.35), 8, fill="#26303a"
    )
    for side in (-1, 1):
        lamp = x + side * half * 0.8
        draw.rectangle(
            (lamp - half * 0.12, y - half * 0.2, lamp + half * 0.12, y + half * 0.02), fill="#b01818"
        )
