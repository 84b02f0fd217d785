"""Counting what passed and what did not, and saying why."""


class Verdict:
    """One check's account. At most `shown` failures of a kind are printed in full; all are counted, all are in the state directory."""

    def __init__(self, title, directory, shown=25):
        self.title, self.shown = title, shown
        self.passed = self.failed = self.skipped = 0
        self._file = directory / f"{title}.failures"

    def say(self, text):
        print(f"{self.title}: {text}", flush=True)

    def expect(self, good, what):
        """One expectation; `what` is worth printing either way."""
        self.say(("ok    " if good else "FAIL  ") + what)
        self._count(good, what)
        return good

    def count(self, good, what=""):
        """One of very many expectations: only the first failures are printed."""
        if not good and self.failed < self.shown:
            self.say("FAIL  " + what)
        elif not good and self.failed == self.shown:
            self.say(f"... further failures in {self._file}")
        self._count(good, what)

    def skip(self, what):
        self.say("skip  " + what)
        self.skipped += 1

    def _count(self, good, what):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            with open(self._file, "a") as file:
                file.write(what + "\n")

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def percentiles(seconds):
    """The times that half, most and all answers took."""
    if not seconds:
        return "no times"
    ordered = sorted(seconds)
    at = lambda share: ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000
    return ", ".join(f"{label} {at(share):.1f} ms" for label, share in
                     (("50%", .5), ("90%", .9), ("99%", .99), ("99.9%", .999), ("all", 1)))
