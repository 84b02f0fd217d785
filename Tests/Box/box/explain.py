"""`homing query --explain`: a validator of its own, which tells step by step what it found."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from . import name
from .dnssec.plan import BOGUS, INSECURE

AT_ONCE, PATIENCE = 4, 30


@dataclass
class Explained:
    status: str
    code: int = None
    steps: list = field(default_factory=list)
    trouble: str = ""


def ask_all(questions, binary, resolver):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda question: _ask(question, binary, resolver), questions))


def _ask(question, binary, resolver):
    command = [binary, "query", "--explain", "--json", "--config", resolver.config, "--server", "127.0.0.1", "-p", resolver.port,
               "-t", question.qtype, name.show(question.qname)]
    try:
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=PATIENCE)
        told = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        return Explained("nothing", trouble=str(error)[:200])
    expected = 1 if told["status"] == BOGUS else 0
    trouble = "" if done.returncode == expected else f"exit status {done.returncode}"
    return Explained(told["status"], told.get("error", {}).get("code"), told["steps"], trouble)


def misjudged(question, told):
    """What is wrong with the explanation, in words."""
    if told.trouble or told.status != question.status:
        return f"{told.status}, EDE {told.code}; it is {question.status}; {told.trouble}"
    if question.status != BOGUS:
        return "" if told.steps or told.status == INSECURE else "no steps"  # below a negative anchor there are none
    if told.code not in question.codes:
        return f"EDE {told.code}, wanted one of {set(question.codes)}"
    return "" if any(step["status"] == BOGUS for step in told.steps) else "no step is bogus"
