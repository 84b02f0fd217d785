"""Knot DNS, which holds zones only: its durable updates are measured, and the box knows how it is started."""

TITLE, PACKAGE = "Knot DNS", "knot"
WAYS = ()
RESOLVES, TWO, FORWARDS, PROCESSES = False, False, False, False
