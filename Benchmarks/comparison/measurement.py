"""What all measurements have in common."""


class Measurement:
    """One thing that is measured. `takes_part(kind)` says of whom, and `measure(stage, kind, turn)` does it once and returns a run, whose attributes
    are the words of `columns`.
    """
    signed = False     # whether the internet that it needs is signed; None if it needs none
    rounds = None      # how many are enough; None for as many as were asked for
    columns = ()       # the first is the headline's
    headline = None
    beside = ("floor",)  # who is shown, and is not one of the peers that Homing is compared with
