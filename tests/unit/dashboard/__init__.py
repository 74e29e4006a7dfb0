"""Tests of `panel_app`; a package of that name would stand in its way."""
