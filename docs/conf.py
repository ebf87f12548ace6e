"""Sphinx settings. The reference of commands and scenario keys is written from the code before each build."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from reference import write_reference  # noqa: E402 - it lies beside this file

write_reference(HERE / "reference")

project, author, copyright = "Wayfare", "The Wayfare authors", "The Wayfare authors, Apache-2.0"
version = release = version_of("wayfare")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
default_role = "code"
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_use_ivar = True
html_theme = "furo"
html_title = "Wayfare"
html_copy_source = False
