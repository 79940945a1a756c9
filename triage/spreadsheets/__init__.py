"""Imports and exports of Expressions of Interest as spreadsheets."""
