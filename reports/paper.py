"""Drawing sheets of paper: the one file that touches reportlab and segno.

Chinese is set in a font that every reader of PDF in China brings along (``STSong-Light``); with
``PAPER_FONT``, the path of a TrueType font, all text is set in that one and the letters travel in the file.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from xml.sax.saxutils import escape

import segno
from django.conf import settings
from reportlab.lib import pagesizes
from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepInFrame, Paragraph, SimpleDocTemplate, Spacer, Table

SIZES = {"a5": pagesizes.A5, "a4": pagesizes.A4}
CHINESE = "STSong-Light"
GREY = HexColor("#555555")
LIGHT = HexColor("#f1f1ee")
_HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]+")
_MARGIN = 11 * mm
_WINDOW = (20 * mm, 45 * mm)  # where the window of a long envelope shows the address: from the left, the top

Row = tuple[str, str]


@dataclass(frozen=True)
class ReceiptSheet:
    """What stands on a receipt; ``secrets`` are read letter by letter, ``square`` is in the QR code."""

    title: str
    city: str
    reference: str
    rows: Sequence[Row]
    secrets: Sequence[Row]
    square: str
    notes: Sequence[str]
    banner: str = ""


@dataclass(frozen=True)
class LetterSheet:
    """A letter: the address in the window, then the subject, paragraphs, and what happened in rows."""

    sender: str
    address: str
    date: str
    subject: str
    paragraphs: Sequence[str]
    rows: Sequence[Row] = field(default=())
    closing: Sequence[str] = field(default=())


def draw_receipt(sheet: ReceiptSheet, size: str) -> bytes:
    """One page, whatever was written: of a long text the letters get smaller, of the square nothing does.

    ``size`` is a5 or a4.
    """
    width, height = SIZES[size]
    scale = 1.0 if size == "a5" else 1.25
    inner = width - 2 * _MARGIN
    head: list[Flowable] = [
        _text(sheet.city, 8.5 * scale, colour=GREY),
        _text(sheet.title, 13 * scale, bold=True),
        _text(sheet.reference, 20 * scale, bold=True),
    ]
    if sheet.banner:
        head.append(_box([[_text(sheet.banner, 10 * scale, bold=True)]], [inner]))
    head.append(Spacer(1, 2 * mm))
    foot: list[Flowable] = [Spacer(1, 3 * mm), _opener(sheet, inner, scale), Spacer(1, 3 * mm)]
    foot += [_text(f"• {note}", 8 * scale) for note in sheet.notes]
    taken = sum(part.wrap(inner, height)[1] for part in (*head, *foot))
    left = height - 2 * _MARGIN - 12 - taken
    rows = KeepInFrame(inner, left, [_rows(sheet.rows, inner, 9 * scale)], mode="shrink")
    return _printed([*head, rows, *foot], (width, height), f"{sheet.title} {sheet.reference}")


def draw_letter(sheet: LetterSheet) -> bytes:
    """As many pages of A4 as it takes; the address shows in the window of a long envelope."""
    width, height = pagesizes.A4
    inner = width - 2 * _WINDOW[0]
    story: list[Flowable] = [
        _text(sheet.sender, 8, colour=GREY),
        Spacer(1, _WINDOW[1] - 25 * mm),
        *[_text(line, 11) for line in sheet.address.splitlines() if line.strip()],
        Spacer(1, 22 * mm),
        _text(sheet.date, 10, colour=GREY),
        Spacer(1, 4 * mm),
        _text(sheet.subject, 13, bold=True),
        Spacer(1, 4 * mm),
    ]
    for paragraph in sheet.paragraphs:
        story += [_text(paragraph, 11), Spacer(1, 2 * mm)]
    if sheet.rows:
        story += [_rows(sheet.rows, inner, 10.5, label=38 * mm), Spacer(1, 4 * mm)]
    for paragraph in sheet.closing:
        story += [_text(paragraph, 11), Spacer(1, 2 * mm)]
    return _printed(story, (width, height), sheet.subject, margin=_WINDOW[0])


class Square(Flowable):  # type: ignore[misc]  # reportlab ships no types
    """A QR code in vectors, with the quiet zone that readers need."""

    def __init__(self, says: str, size: float) -> None:
        super().__init__()
        self.code = segno.make(says, error="m", micro=False)
        self.width = self.height = size

    def draw(self) -> None:
        matrix = tuple(self.code.matrix_iter(border=4))
        step = self.width / len(matrix)
        canvas: Canvas = self.canv
        canvas.setFillColor(white)
        canvas.rect(0, 0, self.width, self.height, stroke=0, fill=1)
        canvas.setFillColor(black)
        for y, row in enumerate(matrix):
            for x, is_dark in enumerate(row):
                if is_dark:  # a hair of overlap, else some printers show lines between the modules
                    top = self.height - (y + 1) * step
                    canvas.rect(x * step, top, step * 1.02, step * 1.02, stroke=0, fill=1)


def _opener(sheet: ReceiptSheet, inner: float, scale: float) -> Table:
    """The square beside what it says, for whoever reads it aloud."""
    side = 42 * mm * scale
    lines: list[Flowable] = []
    for label, value in sheet.secrets:
        lines += [_text(label, 8 * scale, colour=GREY), _mono(value, 12 * scale), Spacer(1, 2 * mm)]
    return _box([[Square(sheet.square, side), lines]], [side + 3 * mm, inner - side - 3 * mm])


def _rows(rows: Sequence[Row], inner: float, size: float, label: float = 27 * mm) -> Table:
    cells = [[_text(name, size * 0.9, colour=GREY), _text(value, size)] for name, value in rows if value]
    table = Table(cells, colWidths=[label, inner - label])
    table.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
            ("LINEBELOW", (0, 0), (-1, -1), 0.25, HexColor("#cccccc")),
        ]
    )
    return table


def _box(cells: list[list[object]], widths: list[float]) -> Table:
    table = Table(cells, colWidths=widths)
    table.setStyle([("BACKGROUND", (0, 0), (-1, -1), LIGHT), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")])
    return table


def _text(words: str, size: float, *, bold: bool = False, colour: HexColor = black) -> Paragraph:
    """A paragraph in which Chinese and other letters each have their font."""
    own = _own_font()
    plain = own or ("Helvetica-Bold" if bold else "Helvetica")
    style = ParagraphStyle("text", fontName=plain, fontSize=size, leading=size * 1.3, textColor=colour)
    has_chinese = _HAN.search(words) is not None
    if has_chinese:
        style.wordWrap = "CJK"
    marked = escape(words).replace("\n", "<br/>")
    if has_chinese and not own:
        marked = _HAN.sub(lambda run: f'<font name="{_chinese()}">{run.group()}</font>', marked)
    return Paragraph(marked, style)


def _mono(words: str, size: float) -> Paragraph:
    style = ParagraphStyle("mono", fontName="Courier-Bold", fontSize=size, leading=size * 1.25)
    return Paragraph(escape(words), style)


def _printed(story: list[Flowable], size: tuple[float, float], title: str, margin: float = _MARGIN) -> bytes:
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=size,
        leftMargin=margin - 6,
        rightMargin=margin - 6,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=title,
        author="Commonway",
    )
    document.build(story)
    return file.getvalue()


def _chinese() -> str:
    if CHINESE not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    return CHINESE


def _own_font() -> str:
    return _registered(settings.PAPER_FONT) if settings.PAPER_FONT else ""


@lru_cache(maxsize=4)
def _registered(path: str) -> str:
    name = f"Paper{abs(hash(path))}"
    pdfmetrics.registerFont(TTFont(name, path))
    return name
