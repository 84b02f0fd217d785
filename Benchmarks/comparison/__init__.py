"""Homing beside other resolvers, measured in turn in one run."""
