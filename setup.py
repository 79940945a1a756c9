"""Compiles the catalogues of translations when pip installs the portal from its folder."""

import subprocess
import sys
from pathlib import Path

from setuptools import setup

subprocess.run(
    [sys.executable, "-m", "tools.catalogues", "--compile"], cwd=Path(__file__).parent, check=True
)
setup()
