"""Signing the small internet: what each zone is signed with, the tools that do it, and what is spoiled afterwards."""
