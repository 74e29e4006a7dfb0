"""Tables that page on the server and speak the user's language. Cells are plain text."""

from typing import Any

import pandas as pd
import panel as pn

from panel_app.state import State

#: Tabulator's cells are inside a shadow root of their own.
CSS = """
.tabulator { border-radius: 10px; font-size: 14px; border: 1px solid var(--ch-line); background: var(--ch-card); }
.tabulator .tabulator-header, .tabulator .tabulator-header .tabulator-col { background: var(--ch-soft); color: var(--ch-ink); }
.tabulator .tabulator-tableholder .tabulator-table { background: var(--ch-card); color: var(--ch-ink); }
.tabulator-row, .tabulator-row.tabulator-row-even { background: var(--ch-card); color: var(--ch-ink); border-bottom: 1px solid var(--ch-line); }
.tabulator-row.tabulator-selectable:hover { background: var(--ch-accent-soft); color: var(--ch-ink); }
.tabulator-row.tabulator-selected { background: var(--ch-accent-soft); color: var(--ch-ink); }
.tabulator-row .tabulator-cell { white-space: pre-wrap; overflow-wrap: anywhere; height: auto !important; }
.tabulator .tabulator-footer { background: var(--ch-card); color: var(--ch-ink); }
.tabulator .tabulator-footer .tabulator-page { color: var(--ch-ink); background: var(--ch-card); border-color: var(--ch-line-strong); }
.tabulator .tabulator-footer .tabulator-page.active { background: var(--ch-accent); color: var(--ch-on-accent); }
.tabulator .tabulator-footer .tabulator-page:disabled { opacity: 0.75; color: var(--ch-muted); }
.tabulator .tabulator-placeholder .tabulator-placeholder-contents { color: var(--ch-muted); }
"""


def grid(state: State, frame: pd.DataFrame, titles: dict[str, str], **options: Any) -> pn.widgets.Tabulator:
    """A read-only table of ``frame``; ``titles`` gives its columns names in the user's language."""
    words = {name: state.text(f"table.{name}") for name in ("first", "last", "next", "prev", "page_size")}
    pagination = {
        "page_size": words["page_size"], "page_title": "", "all": state.text("class.all"),
        **{name: words[name] for name in ("first", "last", "next", "prev")},
        **{f"{name}_title": words[name] for name in ("first", "last", "next", "prev")},
    }  # fmt: skip
    configuration = {
        "placeholder": state.text("table.empty"),
        "locale": state.language,
        "langs": {state.language: {"pagination": pagination}},
        **options.pop("configuration", {}),
    }
    options.setdefault("page_size", 10)
    options.setdefault("pagination", "remote")
    options.setdefault("layout", "fit_columns")
    return pn.widgets.Tabulator(
        frame,
        titles=titles,
        disabled=True,
        show_index=False,
        sizing_mode="stretch_width",
        min_width=0,
        margin=0,
        configuration=configuration,
        stylesheets=[CSS],
        **options,
    )
