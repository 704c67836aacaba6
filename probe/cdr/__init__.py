"""Call records (CDR, 话单) of an office's own telephone system, put beside what the robot found.

Read `record.py` for what is kept of a record (and what is not), `columns.py` and `values.py` for how files are
understood, `read.py` for a whole file, `clock.py` for how far the two clocks are apart, `compare.py` for what agrees
and what does not, `picture.py` for one day at a glance.
"""

from probe.cdr.clock import Clock
from probe.cdr.compare import Comparison, Hour, compare
from probe.cdr.read import Reading, parse, read
from probe.cdr.record import Cdr, Result

__all__ = ["Cdr", "Clock", "Comparison", "Hour", "Reading", "Result", "compare", "parse", "read"]
