"""The programme that runs itself: plans each day, dials what is due, draws what follows, tells whom it concerns.

Read `programme.py` for what is decided and when, `consequences.py` for what follows from a call, `watch.py` for the
loop around both. The database is the truth: whatever stops the program, the next one goes on where it was.
"""
