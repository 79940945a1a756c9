"""Forms for mailings, and for the letters of co-leads."""
