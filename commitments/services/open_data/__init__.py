"""Open data: what the register shows, as XLSX, CSV, JSON, Data Package, IATI and Atom.

Each column is declared once (`commitment_resources.py`, `partner_resources.py`,
`report_resources.py`, `coalition_resources.py`, `register_file.py`). The files, their schema and
their documentation are made from these declarations.
"""
