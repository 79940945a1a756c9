"""Undecided members that are put on hold, and come back by themselves."""
