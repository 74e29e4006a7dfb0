"""How it looks: colours, Material theme, and the stylesheet of our own markup."""

from typing import Any

#: Toxic and not toxic in plots and text: told apart by the colour-blind, and readable on either background.
LIGHT = {
    "ink": "#16211f",
    "muted": "#52605d",
    "line": "#dfe6e4",
    "line-strong": "#9aa8a4",
    "soft": "#f4f7f6",
    "card": "#ffffff",
    "accent": "#0b6e63",
    "accent-soft": "#d9f0ec",
    "on-accent": "#ffffff",
    "bad": "#b3261e",
    "bad-soft": "#fde7e4",
    "bad-rgb": "214, 60, 45",
    "good": "#0b6e4f",
    "good-soft": "#dcf3e9",
    "good-rgb": "20, 150, 120",
    "warn": "#8a5300",
    "warn-soft": "#fdf0d5",
}
DARK = {
    "ink": "#e8efed", "muted": "#a9b8b4", "line": "#2c3836", "line-strong": "#647470", "soft": "#1b2423",
    "card": "#161e1d", "accent": "#5ed3c1", "accent-soft": "#17413b", "on-accent": "#06251f",
    "bad": "#ff9d92", "bad-soft": "#4a1d19", "bad-rgb": "230, 80, 66",
    "good": "#6fdcb0", "good-soft": "#12392c", "good-rgb": "30, 160, 125",
    "warn": "#f5c469", "warn-soft": "#40300f",
}  # fmt: skip

#: Series of charts: toxic, not toxic, and any number of models (Okabe & Ito 2008, darkened for light backgrounds).
TOXIC = {False: "#c2410c", True: "#ff9c6b"}
CLEAN = {False: "#0b7a75", True: "#5ed3c1"}
SERIES = {
    False: ("#0b6e63", "#c2410c", "#3653b3", "#8a4f9e", "#8a6d00", "#5b6b68", "#b0306a", "#2b7fb8"),
    True: ("#5ed3c1", "#ff9c6b", "#93a9ff", "#d7a3ea", "#e6c65c", "#b4c3bf", "#ff8fbd", "#7cc5f2"),
}


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--ch-{name}: {value};" for name, value in colours.items())


#: For the document; custom properties reach into shadow roots as well.
GLOBAL_CSS = f"""
:root {{ {_variables(LIGHT)} color-scheme: light; }}
:root[data-ch-theme=dark] {{ {_variables(DARK)} color-scheme: dark; }}
body {{ font-family: Roboto, "DejaVu Sans", sans-serif; }}
#ch-lost {{
  position: fixed; inset: auto 16px 16px 16px; z-index: 10000; padding: 14px 18px; border-radius: 10px;
  background: var(--ch-bad-soft); color: var(--ch-bad); border: 1px solid var(--ch-bad); font: 500 15px Roboto, sans-serif;
}}
#ch-lost button {{
  margin-left: 12px; padding: 6px 14px; border-radius: 8px; border: 1px solid currentColor; background: none;
  color: inherit; font: inherit; cursor: pointer;
}}
"""

#: For our own markup, inside the shadow root of every HTML pane.
MARKUP_CSS = """
:host { color: var(--ch-ink); font: 400 15px/1.55 Roboto, "DejaVu Sans", sans-serif; }
* { box-sizing: border-box; }
h1 { font: 700 26px/1.25 Roboto, sans-serif; margin: 0 0 2px; outline: none; }
h2 { font: 700 18px/1.3 Roboto, sans-serif; margin: 0; }
h3 { font: 700 15px/1.3 Roboto, sans-serif; margin: 0 0 6px; }
p { margin: 0; } p + p { margin-top: 6px; }
a { color: var(--ch-accent); }
.lead, .muted { color: var(--ch-muted); }
.small { font-size: 13px; }
.verbatim { white-space: pre-wrap; overflow-wrap: anywhere; }
.mono { font-family: "DejaVu Sans Mono", monospace; font-size: 13px; }
.note { border-radius: 10px; padding: 12px 16px; border: 1px solid; overflow-wrap: anywhere; }
.note strong { display: block; }
.note.error { background: var(--ch-bad-soft); color: var(--ch-bad); }
.note.warning { background: var(--ch-warn-soft); color: var(--ch-warn); }
.note.info { background: var(--ch-accent-soft); color: var(--ch-ink); border-color: transparent; }
.note.success { background: var(--ch-good-soft); color: var(--ch-good); }
.chip {
  display: inline-flex; align-items: center; gap: 5px; padding: 1px 10px; border-radius: 999px; font-size: 13px;
  font-weight: 700; white-space: nowrap; background: var(--ch-soft); color: var(--ch-muted);
}
.chip.bad { background: var(--ch-bad-soft); color: var(--ch-bad); }
.chip.good { background: var(--ch-good-soft); color: var(--ch-good); }
.chip.warn { background: var(--ch-warn-soft); color: var(--ch-warn); }
.chip.accent { background: var(--ch-accent-soft); color: var(--ch-accent); }
.cards { display: grid; gap: 12px; }
.card { border: 1px solid var(--ch-line); border-radius: 12px; padding: 14px 16px; background: var(--ch-card); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; }
.tile { border: 1px solid var(--ch-line); border-radius: 12px; padding: 10px 14px; background: var(--ch-card); }
.tile b { display: block; font-size: 22px; line-height: 1.3; overflow-wrap: anywhere; }
.tile span { color: var(--ch-muted); font-size: 13px; }
.row { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; }
.grow { flex: 1 1 auto; min-width: 0; }
.bar { position: relative; height: 8px; border-radius: 4px; background: var(--ch-line); overflow: hidden; min-width: 90px; }
.bar i { position: absolute; inset: 0 auto 0 0; background: var(--ch-good); border-radius: 4px; }
.bar i.bad { background: var(--ch-bad); } .bar i.warn { background: var(--ch-warn); } .bar i.accent { background: var(--ch-accent); }
.score { font-variant-numeric: tabular-nums; font-weight: 700; }
.w { border-radius: 4px; padding: 0 1px; }
.w.top { text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: 3px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--ch-line); vertical-align: top; }
th { color: var(--ch-muted); font-weight: 500; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 "DejaVu Sans Mono", monospace; }
.log { max-height: 320px; overflow: auto; background: var(--ch-soft); border-radius: 10px; padding: 12px; }
.empty { text-align: center; padding: 34px 20px; border: 1px dashed var(--ch-line-strong); border-radius: 14px; color: var(--ch-muted); }
.empty h2 { color: var(--ch-ink); margin-bottom: 6px; }
.cloud { text-align: center; line-height: 1.6; overflow-wrap: anywhere; }
.cloud span { margin: 0 6px; display: inline-block; }
.swatch { display: inline-flex; align-items: center; gap: 8px; font-size: 14px; }
.swatch i { width: 18px; height: 4px; border-radius: 2px; flex: none; }
.scale { position: relative; height: 14px; border-radius: 7px; overflow: hidden; display: flex; }
.scale i { display: block; height: 100%; }
summary { cursor: pointer; font-weight: 700; padding: 4px 0; color: var(--ch-accent); }
summary:focus-visible, [tabindex="0"]:focus-visible { outline: 3px solid var(--ch-accent); outline-offset: 2px; border-radius: 6px; }
@media (max-width: 600px) { h1 { font-size: 22px; } .card { padding: 12px; } }
"""


def _palette(colours: dict[str, str], dark: bool) -> dict[str, Any]:
    return {
        "mode": "dark" if dark else "light",
        "contrastThreshold": 4.5,
        "primary": {"main": colours["accent"], "contrastText": colours["on-accent"]},
        "error": {"main": colours["bad"]},
        "warning": {"main": colours["warn"]},
        "success": {"main": colours["good"]},
        "text": {"primary": colours["ink"], "secondary": colours["muted"]},
        "background": {"default": colours["soft"], "paper": colours["card"]},
        "divider": colours["line"],
    }


def _theme(colours: dict[str, str], dark: bool) -> dict[str, Any]:
    return {
        "palette": _palette(colours, dark),
        "shape": {"borderRadius": 10},
        "typography": {
            "fontFamily": 'Roboto, "DejaVu Sans", sans-serif',
            "button": {"textTransform": "none"},
        },
    }


#: For `theme_config` of the page; every component below it takes it over.
THEME = {"light": _theme(LIGHT, False), "dark": _theme(DARK, True)}

#: The bar on top is dark in both themes.
FRAME = {
    "& .MuiAppBar-root": {
        "backgroundColor": "#0a4f48",
        "color": "#ffffff",
        "backgroundImage": "none",
        "boxShadow": "none",
    },
    "& .MuiDrawer-paper": {"pt": "8px"},
}

MAIN_CSS = """
:host(.ch-main) { padding: 24px; width: 100%; max-width: 1180px; margin: 0 auto !important; box-sizing: border-box; }
@media (max-width: 600px) { :host(.ch-main) { padding: 14px 12px; } }
"""

#: A group of buttons that is wider than a phone goes on in the next line.
GROUP = {
    "flexWrap": "wrap",
    "& .MuiToggleButton-root": {
        "color": "text.primary",
        "width": "auto",
        "flex": "0 0 auto",
        "maxWidth": "100%",
        "border": "1px solid var(--ch-line)",
        "marginLeft": "-1px",
        "marginTop": "-1px",
    },
}
