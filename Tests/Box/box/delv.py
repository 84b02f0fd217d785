"""delv as a referee: it asks a resolver that does not validate for all the records, and judges them by itself."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from . import name
from .dnssec.plan import BOGUS, INSECURE, SECURE

AT_ONCE, PATIENCE = 4, 30
SAYS = ((r"^; (negative response, )?fully validated", SECURE), (r"^; (negative response, )?unsigned answer", INSECURE),
        (r"^;; resolution failed: (?!ncache)(.*)", BOGUS))


def write_anchors(validation, path):
    """The root's anchor in BIND's own form."""
    ds = next(ds for apex, ds in validation.anchors.values() if not apex)
    path.write_text(f'trust-anchors {{ "." static-ds {int.from_bytes(ds[:2], "big")} {ds[2]} {ds[3]} "{ds[4:].hex()}"; }};\n')
    return path


def ask_all(questions, port, anchors):
    """A status for each question, and the words it was told in. An alias's status is the worst of its parts."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda question: _ask(question, port, anchors), questions))


def _ask(question, port, anchors):
    command = ["delv", "@127.0.0.1", "-p", str(port), "-a", str(anchors), "+nocrypto", "-q", name.show(question.qname), "-t", question.qtype]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return BOGUS, f"nothing within {PATIENCE} s"
    output = done.stdout + done.stderr
    found = [(status, match.group()) for pattern, status in SAYS for match in re.finditer(pattern, output, re.MULTILINE)]
    if not found:
        return "nothing", output.strip()[-200:]
    return next((pair for wanted in (BOGUS, INSECURE, SECURE) for pair in found if pair[0] == wanted))
