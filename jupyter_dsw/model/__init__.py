"""The instance as GetInstance describes it: typed, complete, without its secrets.

Pure: no I/O, no clock.
"""
