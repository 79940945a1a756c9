"""Expressions of Interest as rows of a spreadsheet: their columns, words, files and cells.

Knows nothing of what is done with them.
"""
