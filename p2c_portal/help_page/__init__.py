"""The page with questions and answers for organisations and members, and the links to it."""
