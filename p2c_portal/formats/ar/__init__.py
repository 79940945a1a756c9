"""Formats for English as it is written in Britain and at the United Nations."""
