"""Run the benchmarks, or those named, and print one table each: `python -m bench [scoring] [server] [startup] [tokens] [training]`."""

import argparse
import json
import os
import platform
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import scoring, server, startup, tokens, training

BENCHMARKS = {
    "scoring": scoring.measure,
    "server": server.measure,
    "startup": startup.measure,
    "tokens": tokens.measure,
    "training": training.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[*BENCHMARKS, []], default=[], help="which; all by default"
    )
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    arguments = parser.parse_args()
    console = Console()
    console.print(f"{os.cpu_count()} CPUs, {platform.machine()}, Python {platform.python_version()}")
    results = {}
    for name in arguments.names or BENCHMARKS:
        rows = results[name] = BENCHMARKS[name]()
        table = Table(*rows[0], title=name)
        for row in rows:
            table.add_row(
                *(f"{value:,.3g}" if isinstance(value, float) else str(value) for value in row.values())
            )
        console.print(table)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
