"""Directory: a CSV or XLSX file becomes `Number`s: who may be called.

Read `listing.py` for how a table becomes numbers, `row.py` for one row of it, `number.py` for how a telephone number is
read, `table.py` for the files.
"""

from probe.directory.listing import Listing, parse, read
from probe.directory.number import NotANumber, normalise
from probe.directory.row import Problem

__all__ = ["Listing", "NotANumber", "Problem", "normalise", "parse", "read"]
