"""Partnership opportunities: needs and offers, how they match, and what comes of them."""
