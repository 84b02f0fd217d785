"""Writes the scenarios of DNSSEC validation with real signatures: see ../README.md."""
