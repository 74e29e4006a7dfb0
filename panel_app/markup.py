"""HTML of our own, made of escaped text only. Nothing that a user or a file says becomes markup."""

from collections.abc import Iterable, Sequence
from html import escape

import panel as pn

from chisto.schemas import ContributionSpan, RestoredSpan
from panel_app.design import MARKUP_CSS

#: In units of the logit: a comment in which no word does more than this stays pale.
_STRONG = 1.0


def pane(html: str = "", **params: object) -> pn.pane.HTML:
    """A pane for markup from this module."""
    params.setdefault("sizing_mode", "stretch_width")
    params.setdefault("margin", 0)
    return pn.pane.HTML(html, stylesheets=[MARKUP_CSS], **params)


def text(value: object) -> str:
    return escape(str(value), quote=True)


def heading(title: str, lead: str = "") -> str:
    return f'<h1 tabindex="-1">{text(title)}</h1>' + (f'<p class="lead">{text(lead)}</p>' if lead else "")


def section(title: str, lead: str = "") -> str:
    return f"<h2>{text(title)}</h2>" + (f'<p class="lead small">{text(lead)}</p>' if lead else "")


def paragraph(words: str, style: str = "muted small") -> str:
    return f'<p class="{style}">{text(words)}</p>'


def note(kind: str, title: str, hint: str = "") -> str:
    """``kind``: error, warning, info or success."""
    role = "alert" if kind == "error" else "status"
    body = f"<span>{text(hint)}</span>" if hint else ""
    return f'<div class="note {kind}" role="{role}"><strong>{text(title)}</strong>{body}</div>'


def chip(words: str, kind: str = "") -> str:
    return f'<span class="chip {kind}">{text(words)}</span>'


def swatch(colour: str, words: str) -> str:
    """An entry of a legend."""
    return f'<span class="swatch"><i style="background:{text(colour)}"></i>{text(words)}</span>'


def empty(title: str, lead: str) -> str:
    return f'<div class="empty"><h2>{text(title)}</h2><p>{text(lead)}</p></div>'


def tiles(pairs: Iterable[tuple[str, str]]) -> str:
    """Figures with their names: (value, name)."""
    cells = "".join(
        f'<div class="tile"><b>{text(value)}</b><span>{text(name)}</span></div>' for value, name in pairs
    )
    return f'<div class="tiles">{cells}</div>'


def bar(share: float, kind: str, label: str) -> str:
    """A horizontal bar; ``label`` is read out."""
    width = 100 * min(max(share, 0.0), 1.0)
    return (
        f'<div class="bar grow" role="img" aria-label="{text(label)}">'
        f'<i class="{kind}" style="width:{width:.1f}%"></i></div>'
    )


def progress(share: float, label: str, kind: str = "accent") -> str:
    width = 100 * min(max(share, 0.0), 1.0)
    return (
        f'<div class="bar grow" role="progressbar" aria-label="{text(label)}" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{width:.0f}"><i class="{kind}" style="width:{width:.1f}%"></i></div>'
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numeric: Sequence[int] = ()) -> str:
    """Cells are escaped; columns in ``numeric`` are set right."""
    style = [' class="n"' if column in numeric else "" for column in range(len(head))]
    top = "".join(f'<th scope="col"{style[i]}>{text(cell)}</th>' for i, cell in enumerate(head))
    body = "".join(
        "<tr>" + "".join(f"<td{style[i]}>{text(cell)}</td>" for i, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def highlighted(comment: str, spans: Sequence[ContributionSpan], digits: str) -> str:
    """The comment with its words shaded by what they did to the score; the strongest are underlined as well.

    ``digits`` names the contribution in the tooltip, such as `contribution {value}`.
    """
    most = max((abs(span.contribution) for span in spans), default=0.0)
    most = max(most, _STRONG) if most else 0.0
    pieces, at = [], 0
    for span in sorted(spans, key=lambda span: span.begin):
        if span.begin < at or span.end > len(comment) or most == 0:
            continue
        weight = abs(span.contribution) / most
        pieces.append(text(comment[at : span.begin]))
        word, at = text(comment[span.begin : span.end]), span.end
        if weight < 0.08:
            pieces.append(word)
            continue
        colour = "bad" if span.contribution > 0 else "good"
        tip = text(digits.format(value=f"{span.contribution:+.2f}"))
        strong = " top" if weight > 0.6 and span.contribution > 0 else ""
        pieces.append(
            f'<span class="w{strong}" style="background:rgba(var(--ch-{colour}-rgb),{0.08 + 0.3 * weight:.2f})" '
            f'title="{tip}">{word}</span>'
        )
    pieces.append(text(comment[at:]))
    return f'<div class="verbatim">{"".join(pieces)}</div>'


def restored(spans: Sequence[RestoredSpan], lead: str) -> str:
    """What the normalizer read behind disguises."""
    if not spans:
        return ""
    pairs = "; ".join(f"{text(span.original)} → <b>{text(span.restored)}</b>" for span in spans[:20])
    return f'<p class="muted small verbatim">{text(lead)} {pairs}</p>'


def cloud(words: Sequence[tuple[str, float]], colour: str) -> str:
    """Words sized by weight, as text that can be selected and searched."""
    most = max((weight for _, weight in words), default=1.0) or 1.0
    spans = "".join(
        f'<span style="font-size:{13 + 25 * (weight / most) ** 0.7:.0f}px">{text(word)}</span>'
        for word, weight in words
    )
    return f'<div class="cloud" style="color:var(--ch-{colour})">{spans}</div>'


def facts(content: object, depth: int = 0) -> str:
    """Nested JSON as a list of names and values."""
    if isinstance(content, dict) and depth < 4:
        rows = "".join(
            f'<tr><th scope="row">{text(name)}</th><td>{facts(value, depth + 1)}</td></tr>'
            for name, value in content.items()
        )
        return f'<div class="scroll"><table><tbody>{rows}</tbody></table></div>'
    if isinstance(content, list) and len(content) <= 30:
        return ", ".join(facts(item, depth + 1) for item in content)
    if isinstance(content, float):
        return text(f"{content:.4g}")
    return f'<span class="verbatim">{text(content)[:2000]}</span>'
