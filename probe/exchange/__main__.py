"""`python -m probe.exchange`."""

import sys

from probe.exchange.program import main

sys.exit(main())
