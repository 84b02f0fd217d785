"""Whoever follows a zone by transfers: no serial may ever stand for two different contents, and every way to the newest must lead there."""

import threading

from . import copies

KEPT = 400  # copies of a zone that are remembered, to ask for what is newer than they


class Watcher:
    """Follows one zone. Everything that it sees is kept across restarts of the server."""

    def __init__(self, server, apex, key):
        self.server, self.apex, self.key = server, apex, key
        self.contents, self.wrong = {}, []  # serial -> digest of the content
        self.copies = {}                    # serial -> Copy
        self.transfers = self.incremental = self.whole = 0
        self._lock = threading.Lock()

    def look(self):
        """One whole transfer, judged and remembered."""
        copy = copies.whole(self.server, self.apex, self.key)
        with self._lock:
            self.transfers += 1
            self._judge(copy)
        return copy

    def follow(self, stop, pause=0.05):
        """Looks again and again, until told to stop or the server is gone."""
        while not stop.wait(pause):
            try:
                self.look()
            except (OSError, ValueError, copies.BadTransfer):
                continue  # it is being killed, or starts

    def _judge(self, copy):
        self._see(copy.serial, copy.digest())
        if copy.serial not in self.copies:
            if len(self.copies) >= KEPT:
                del self.copies[sorted(self.copies)[len(self.copies) // 2]]
            self.copies[copy.serial] = copy

    def _see(self, serial, digest):
        if self.contents.setdefault(serial, digest) != digest:
            self.wrong.append(f"{self.apex} had serial {serial} before, with other content")

    def some(self, count, recent=100):
        """The serials of copies that are kept: the oldest, from which every version since is passed, and of the recent ones the newest and others
        evenly in between.
        """
        every = list(self.copies)
        late = every[-recent:]
        return {*every[:1], *every[-2:], *late[::max(1, len(late) // count)]}

    def compare(self, serials):
        """From these copies: what comes incrementally must be what a whole transfer gives, and each version on the way as it was."""
        current = self.look()
        for serial in serials:
            try:
                newer, incremental = copies.newer(self.server, self.apex, self.copies[serial], self.key, self._see)
            except copies.BadTransfer as error:
                self.wrong.append(f"IXFR of {self.apex} from {serial}: {error}")
                continue
            self.incremental, self.whole = self.incremental + incremental, self.whole + (not incremental)
            if newer.records != current.records:
                self.wrong.append(f"IXFR of {self.apex} from {serial} is not AXFR: {copies.difference(newer.records, current.records)}")
        return current
