"""Demonstration data: a fictional working day of the staff, with 300 real organisations.

The organisations never registered. Their people, addresses and answers are fictional. All e-mail
addresses are under example.org, so that no message can reach them. The data is created with the
same service functions that people use.
"""

from p2c_portal.demonstration.members import load_members

__all__ = ["load_members"]
