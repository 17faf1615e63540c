"""What all tests share."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)  # a slow machine, or the first call of a compiled function
settings.load_profile("unhurried")
