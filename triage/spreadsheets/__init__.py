"""Expressions of Interest as rows of a spreadsheet: their columns, their words, how one is read.

Knows nothing of what is done with them.
"""
