"""What Panel lacks in the browser: the back button, files by HTTP, and telling the page its language."""

from panel_app.browser.components import Browser, FilePicker

__all__ = ["Browser", "FilePicker"]
