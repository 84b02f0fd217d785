"""Programs that the box starts: each has a log, each is ended, and a failure says where to look."""

import os
import signal
import subprocess
import time


class BoxError(Exception):
    """The box itself could not do its work: no verdict on the resolver."""


class Program:
    def __init__(self, title, command, log, **options):
        self.title, self.log = title, log
        with open(log, "ab") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            start_new_session=True, **options)

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process.poll() is None

    def last_words(self, count=15):
        lines = self.log.read_text(errors="replace").splitlines()[-count:]
        return f"{self.title}: exit status {self.process.poll()}; log {self.log}:\n" + "\n".join("    " + line for line in lines)

    def stop(self, patience=5):
        """Asks, waits, insists. Returns the exit status."""
        if self.running():
            self.process.terminate()
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            return self.process.wait()


def wait_until(ready, seconds, what, program=None):
    """Polls `ready()`; a program that ended meanwhile, or no success in time, is a BoxError."""
    deadline = time.monotonic() + seconds
    while not ready():
        if program and not program.running():
            raise BoxError(f"{what}: the program ended.\n{program.last_words()}")
        if time.monotonic() > deadline:
            raise BoxError(f"{what}: not within {seconds} s.\n{program.last_words() if program else ''}")
        time.sleep(0.05)
