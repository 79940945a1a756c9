"""Forms of a participant's pages, and of the staff pages about participants."""
