"""A made-up working day at the desk: 300 real organisations that never registered anywhere.

Their people, addresses and answers are made up; every address is under example.org, so that
nothing can ever reach them. Everything goes through the functions that people's own doings go
through.
"""

from p2c_portal.demonstration.members import load_members

__all__ = ["load_members"]
