"""Counting what passed and what did not, and saying why."""


class Verdict:
    """One check's account. All failures are counted and written to the state directory; only the first of many are printed."""

    def __init__(self, title, directory, shown=25):
        self.title, self.shown = title, shown
        self.passed = self.failed = self.skipped = 0
        self._file = directory / f"{title}.failures"

    def say(self, text):
        print(f"{self.title}: {text}", flush=True)

    def expect(self, good, what, required=True):
        """One expectation; `what` is worth printing either way. What is not `required` cannot fail, only be skipped."""
        if not good and not required:
            self.skip("not required here: " + what)
            return False
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

    def skip(self, what, count=1):
        self.say("skip  " + what)
        self.skipped += count

    def _count(self, good, what):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            with open(self._file, "a") as file:
                file.write(what + "\n")

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
