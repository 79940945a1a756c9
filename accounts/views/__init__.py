"""The pages for signing in, and for the user's own second factor."""
