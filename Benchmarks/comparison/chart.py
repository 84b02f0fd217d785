"""The medians as bars in an SVG file, a panel for each measurement. Its colours follow the reader's scheme, light or dark."""

from xml.sax.saxutils import escape

from .catalogue import MEASUREMENTS
from .peers import NAMES
from .report import FLOOR, OWN, medians

PANELS_A_ROW = 2
PANEL, GAP, MARGIN = 460, 28, 16      # widths
NAME, FIGURE = 128, 62                # widths left and right of a bar
ROW, BAR, HEAD, FOOT = 20, 13, 44, 14  # heights
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 14px; }
  .unit, .foot { fill: #59636e; }
  .figure { font-variant-numeric: tabular-nums; }
  .own { fill: #c2410c; } .peer { fill: #6b7c93; } .floor { fill: #b6bfca; }
  .own-text { font-weight: 600; }
  .system { fill: #ffffff; opacity: 0.35; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .unit, .foot { fill: #9198a1; }
    .own { fill: #fb923c; } .peer { fill: #7d8fa8; } .floor { fill: #606b79; }
    .system { fill: #000000; }
  }
"""


def draw(results, machine):
    """The text of the file."""
    titles = [title for title in results if any(figure is not None for figure in medians(title, results[title]).values())]
    parts, top = [], MARGIN
    for start in range(0, len(titles), PANELS_A_ROW):
        row = titles[start:start + PANELS_A_ROW]
        for index, title in enumerate(row):
            parts += _panel(title, results[title], MARGIN + index * (PANEL + GAP), top)
        top += max(HEAD + ROW * len(results[title]) for title in row) + GAP
    width, height = 2 * MARGIN + PANELS_A_ROW * PANEL + (PANELS_A_ROW - 1) * GAP, top + FOOT
    parts.append(_text(MARGIN, height - MARGIN, f"{machine['cores']} cores of {machine['processor']}, {machine['time']}. Medians. The paler part of a bar is "
                       "the kernel's. Figures of one machine that also runs the load.", "foot"))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">\n'
            f"<title>Homing beside other resolvers</title>\n<style>{STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n")


def _panel(title, rounds, left, top):
    headline, figures = MEASUREMENTS[title].headline, medians(title, rounds)
    direction = "more is better" if headline.more_is_better else "less is better"
    yield _text(left, top + 14, title, "title")
    yield _text(left, top + 32, f"{headline.unit}; {direction}", "unit")
    widest = max(figure for figure in figures.values() if figure is not None) or 1
    for index, (kind, figure) in enumerate(figures.items()):
        if figure is not None:
            share = _system_share(MEASUREMENTS[title], rounds[kind])
            yield from _bar(kind, figure / widest, headline.column.show(rounds[kind]), share, left, top + HEAD + index * ROW)


def _system_share(measurement, runs):
    """Of a headline that is processor time, the kernel's part."""
    column = next((column for column in measurement.columns if column.word == "system_cost"), None)
    headline = measurement.headline.column
    return column.of(runs) / headline.of(runs) if column and headline.word == "cost" and headline.of(runs) else 0


def _bar(kind, share, figure, system, left, top):
    width = max(1, share * (PANEL - NAME - FIGURE))
    style, begin = {OWN: "own", FLOOR: "floor"}.get(kind, "peer"), left + NAME
    text = " own-text" if kind == OWN else ""
    yield _text(begin - 8, top + BAR - 2, NAMES[kind], f"name{text}", "end")
    yield f'<rect class="{style}" x="{begin}" y="{top}" width="{width:.1f}" height="{BAR}" rx="2"/>'
    if system:
        yield f'<rect class="system" x="{begin + width * (1 - system):.1f}" y="{top}" width="{width * system:.1f}" height="{BAR}" rx="2"/>'
    yield _text(begin + width + 6, top + BAR - 2, figure, f"figure{text}")


def _text(left, top, words, style, anchor="start"):
    return f'<text class="{style}" x="{left:.1f}" y="{top:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
