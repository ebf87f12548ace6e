"""Hypothesis without deadlines: machines here are shared, and no test may depend on their speed."""

from hypothesis import settings

settings.register_profile("wayfare", deadline=None)
settings.load_profile("wayfare")
