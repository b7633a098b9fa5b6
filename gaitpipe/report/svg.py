"""matplotlib to an inline SVG: small, deterministic, accessible, and free of anything that loads or collides.

One user unit is one CSS pixel when the drawing is shown at its own width. Text stays text; the page's style sheet sets
its font family. matplotlib measures with DejaVu Sans, which is wider than the fonts of the page, so nothing overlaps.
"""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_RENDER_LOCK = threading.Lock()
"""matplotlib reads the SVG options from process-wide settings; they are changed and restored under this lock."""

_METADATA = ("Date", "Creator", "Format", "Type")
_UNITS_PER_INCH = 72.0


def draw_svg(
    key: str, width_px: int, height_px: int, title: str, description: str, draw: Callable[[Figure], None]
) -> str:
    """Draw one figure and give it as a complete `<svg>` element to stand inside HTML.

    Parameters
    ----------
    key
        Unique in the page: all ids of the drawing start with it.
    draw
        Draws on an empty figure of the given size; uses the object-oriented interface only.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    buffer = io.StringIO()
    with _RENDER_LOCK, mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": key, "font.size": 12.0, "path.simplify": False})
        figure = Figure(figsize=(width_px / _UNITS_PER_INCH, height_px / _UNITS_PER_INCH), dpi=_UNITS_PER_INCH)
        FigureCanvasSVG(figure)
        figure.patch.set_visible(False)
        draw(figure)
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(_METADATA))
    return _inline(buffer.getvalue(), key, width_px, height_px, title, description)


def _inline(svg: str, key: str, width_px: int, height_px: int, title: str, description: str) -> str:
    body = svg[svg.index("<svg") :]
    body = body[body.index(">") + 1 :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<style[^>]*>.*?</style>", "", body, flags=re.DOTALL)  # would apply to the whole page
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r"<defs>\s*</defs>", "", body)
    body = re.sub(r'(\sid=")', rf"\1{key}-", body)
    body = re.sub(r"url\(#", f"url(#{key}-", body)
    body = re.sub(r'xlink:href="#', f'href="#{key}-', body)
    body = re.sub(r' d="([^"]*)"', lambda found: f' d="{_short_path(found.group(1))}"', body)
    body = re.sub(r"\n\s*", "\n", body).strip()
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width_px} {height_px}" role="img" '
        f'aria-labelledby="{key}-title {key}-desc">\n'
        f'<title id="{key}-title">{escape(title)}</title>\n<desc id="{key}-desc">{escape(description)}</desc>\n'
    )
    return head + body


def _short_path(data: str) -> str:
    """Path data with a tenth of a pixel and without line breaks; a zero-length line (a dot) in its shortest form.

    A dot keeps a little length: printing leaves out a square cap without a direction.
    """
    data = re.sub(r"-?\d+\.\d+", lambda found: f"{float(found.group()):.1f}".removesuffix(".0"), data)
    data = " ".join(data.split())
    data = re.sub(r"M (\S+ \S+) L \1(?= M|$)", r"M\1h.1", data)
    return re.sub(r" ?([MLQCZ]) ?", r"\1", data)
