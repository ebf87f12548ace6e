"""``python -m wayfare`` is ``wayfare``."""

from .cli import main

main()
