"""`chisto settings`: every environment variable, what it means and what it is now."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from chisto.settings import Settings, get_settings


def settings(
    markdown: Annotated[bool, typer.Option(help="The table of docs/operations.md: defaults alone.")] = False,
) -> None:
    """List the environment variables that set Chisto up, with their values."""
    if markdown:
        typer.echo(markdown_table())
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("variable", "value", "meaning", box=None, header_style="dim")
    current = get_settings()
    for name, field in Settings.model_fields.items():
        value = getattr(current, name)
        shown = _shown(value)
        table.add_row(
            f"CHISTO_{name.upper()}",
            f"[bold]{shown}[/bold]" if value != _default(field) else shown,
            field.description or "",
        )
    Console().print(table)


def markdown_table() -> str:
    """The settings with their defaults, as docs/operations.md shows them."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = _shown(_default(field))
        rows.append(
            f"| `CHISTO_{name.upper()}` | {f'`{default}`' if default else ''} | {field.description or ''} |"
        )
    return "\n".join(rows)


def _default(field: Any) -> Any:
    return None if field.default is PydanticUndefined else field.default


def _shown(value: Any) -> str:
    if value is None or value in ("", {}):
        return ""
    if isinstance(value, SecretStr):
        return "set"
    return (
        str(value).lower()
        if isinstance(value, bool)
        else value.as_posix()
        if isinstance(value, Path)
        else str(value)
    )
