"""Evidence: what a verdict rests on, so that somebody who was not there can follow it.

`ladder` and `timeline` lay a call out, `show` of the command line draws them; `kept` says what of a recording may leave
the data folder; `pack` composes the files of a pack, `archive` makes one zip of them, `gather` reads what they need.
"""
