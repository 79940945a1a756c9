"""The pages of sign-in, and of one's own second factor."""
