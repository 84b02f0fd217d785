"""The disk below a server: it can be told to fail, and its power can be cut (`disk.c` says how)."""

import mmap
import os
import pathlib
import random
import shutil

from . import compile

SYNC, WRITE, OPEN, SYNC_SAYS_SO = range(4)
BLOCK = 4096  # of what a power cut leaves, each block is old or new


class Disk:
    """`root` is the directory that is on it. A server that is given `environment` has its files there watched."""

    def __init__(self, root, directory, *, shadowed=True, lenient=False):
        directory.mkdir(parents=True, exist_ok=True)
        self.root, self.shadow = root.resolve(), directory / "shadow"
        faults = directory / "faults"
        faults.write_bytes(bytes(16))
        with open(faults, "r+b") as file:
            self._faults = mmap.mmap(file.fileno(), 16)
        self.environment = {"LD_PRELOAD": str(compile.library(directory, "disk")), "HOMING_DISK_ROOT": str(self.root),
                            "HOMING_DISK_FAULTS": str(faults)}
        if shadowed:
            self.environment["HOMING_DISK_SHADOW"] = str(self.shadow)
        if lenient:
            self.environment["HOMING_DISK_LENIENT"] = "1"

    def fail(self, what, error):
        """From now on it does: `error` is an errno, 0 for none."""
        self._faults[what] = error

    def heal(self):
        self._faults[:] = bytes(16)

    def cut_power(self, mixed=None):
        """Puts what a power cut would leave in the place of everything; the server must have been killed. With `mixed`, a source of
        randomness, each block that was written and not synced may have reached the disk or not, as it pleases the machine.
        Returns how many files came out otherwise than they were.
        """
        changed = 0
        for directory in [self.root, *(path for path in self.root.rglob("*") if path.is_dir())]:
            present = {path.name: path for path in directory.iterdir() if path.is_file()}
            kept = self._names(directory)
            contents = {title: self._content(key) for title, key in kept.items()}
            for title in present.keys() | kept.keys():
                now = present[title].read_bytes() if title in present else None
                then = contents.get(title)
                if mixed and now is not None and then is not None:
                    then = _mix(then, now, mixed)
                if now == then:
                    continue
                changed += 1
                if then is None:
                    present[title].unlink()
                else:
                    (directory / title).write_bytes(then)
        shutil.rmtree(self.shadow)  # begins anew from what is there
        return changed

    def _names(self, directory):
        """The names of a directory that count, each with what it is a name of."""
        rest = str(directory).removeprefix(str(self.root))
        lists = self.shadow / "names" / (rest.replace("/", "%") + "%")
        if not lists.exists():
            return {}
        return dict(line.rsplit("\t", 1) for line in lists.read_text().splitlines())

    def _content(self, key):
        path = self.shadow / "contents" / key
        return path.read_bytes() if path.exists() else b""


def _mix(old, new, source):
    """Blocks of either; the length, too, is of either."""
    length = source.choice((len(old), len(new)))
    pieces = []
    for start in range(0, length, BLOCK):
        end = min(start + BLOCK, length)
        one, other = old[start:end], new[start:end]
        chosen = one if one == other or source.random() < 0.5 else other
        pieces.append(chosen.ljust(end - start, b"\0"))
    return b"".join(pieces)
