"""What a measurement says of itself: columns of a table, and the medians of its rounds."""

import statistics
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Column:
    """`word` is the attribute of a run and the word in JSON; `combine` makes one figure of those of all rounds."""
    heading: str
    word: str
    digits: int = 1
    combine: Callable = statistics.median

    def of(self, runs):
        figures = [figure for figure in (getattr(run, self.word) for run in runs) if figure is not None]
        return self.combine(figures) if figures else None

    def show(self, runs):
        figure = self.of(runs)
        return "–" if figure is None else f"{figure:,.{self.digits}f}"


@dataclass(frozen=True)
class Headline:
    """The figure that peers are compared by."""
    column: Column
    unit: str
    more_is_better: bool = False

    def best(self, figures):
        return max(figures) if self.more_is_better else min(figures)


def percentile(ordered, percent):
    """By the nearest rank; None of nothing."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else None


def losses():
    return (Column("lost", "lost", 0, sum), Column("failed", "failed", 0, sum))


def processor_columns(what):
    return (Column(f"µs CPU/{what}", "cost"), Column("user", "user_cost"), Column("system", "system_cost"))


class Charged:
    """Processor time for each of `counted`: `user` and `system` are seconds."""

    @property
    def cost(self):
        return (self.user + self.system) * 1e6 / max(1, self.counted)

    @property
    def user_cost(self):
        return self.user * 1e6 / max(1, self.counted)

    @property
    def system_cost(self):
        return self.system * 1e6 / max(1, self.counted)
