"""The table of races, a module for each app."""
