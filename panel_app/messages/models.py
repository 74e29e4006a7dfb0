"""Texts of the page."""

TEXTS: dict[str, tuple[str, str]] = {
    "models.lead": ("", ""),
}
