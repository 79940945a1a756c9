"""The public pages of the Expression of Interest."""
