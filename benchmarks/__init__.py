"""The benchmarks of `make bench`.

They are not part of the portal, and no test checks their times.
"""
