"""Open data: what the register shows, as CSV, JSON, Data Package and IATI.

Each column is declared once (`commitment_resources.py`, `report_resources.py`,
`coalition_resources.py`). The files, their schema and their documentation are made from these
declarations.
"""
