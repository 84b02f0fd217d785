"""Runs a tool to its end."""

import subprocess

from ..process import BoxError

PATIENCE = 60  # seconds


def run(command, directory):
    """What the tool printed; a BoxError if it failed."""
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE)
    if done.returncode:
        raise BoxError(f"{' '.join(command)} in {directory}: {(done.stdout + done.stderr).strip()[-1000:]}")
    return done.stdout
