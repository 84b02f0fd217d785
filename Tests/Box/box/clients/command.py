"""One command of a client, and what must come of it."""

import re
import subprocess

PATIENCE = 40


def expect(verdict, words, wanted=(), unwanted=(), status=0, title=None, **options):
    """Runs it and judges: patterns that its output must have, or must not, and its exit status, None for any."""
    words = list(map(str, words))
    try:
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=PATIENCE, stdin=subprocess.DEVNULL, **options)
        output, ended = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired as error:
        output, ended = f"{error.stdout}\n{error.stderr}", f"nothing within {PATIENCE} s"
    why = [f"exit status {ended}"] * (status is not None and ended != status)
    why += [f"without {pattern!r}" for pattern in wanted if not re.search(pattern, output)]
    why += [f"with {pattern!r}" for pattern in unwanted if re.search(pattern, output)]
    verdict.expect(not why, (title or " ".join(words)) + (f": {', '.join(why)}:\n{output.strip()[-3000:]}" if why else ""))
