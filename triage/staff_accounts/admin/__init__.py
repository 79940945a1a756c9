"""The staff pages about staff."""
