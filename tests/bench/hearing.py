"""`make bench-hearing`: how often the ear and the rules are right, how soon they are sure, and what it costs.

It prints and judges nothing. Every case of tests/corpus is called over many lines (tests/corpus/variants.py).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click
import msgspec

from tests.bench.heard import Heard, heard, model
from tests.bench.hearing_tables import tables, worst
from tests.corpus.variants import calls


@click.command()
@click.option(
    "--words", type=click.Choice(["auto", "yes", "no"]), default="auto", help="With a recogniser, if there is one."
)
@click.option(
    "--calls", "total", type=int, default=1600, show_default=True, help="How many, the cases themselves included."
)
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per call.")
@click.option("--markdown", is_flag=True, help="The tables for docs/hearing.md.")
@click.option("--page", type=click.Path(exists=True, path_type=Path), help="Put them between the marks of this page.")
@click.option("--only", default="", help="Only cases whose names hold this.")
@click.option("--worst", "most", type=int, default=20, show_default=True, help="How many of the wrong ones to name.")
def main(
    words: str, total: int, jobs: int, as_json: bool, markdown: bool, page: Path | None, only: str, most: int
) -> None:
    """Judge the corpus over many lines."""
    with_words = words == "yes" or (words == "auto" and model() is not None)
    wanted: list[tuple[Path, int]] = [call for call in calls(total) if only in call[0].name]
    results: list[Heard] = []
    for result in heard(wanted, words=with_words, jobs=jobs):
        results.append(result)
        if as_json:
            click.echo(msgspec.json.encode(result).decode())
        elif sys.stderr.isatty():
            click.echo(f"\r{len(results)} of {len(wanted)}", nl=False, err=True)
    if as_json or not results:
        return
    results.sort(key=lambda r: (r.case, r.variant))
    cases = len({r.case for r in results})
    mode = "with words" if with_words else "without words"
    click.echo(f"{cases} cases, {len(results)} calls, {mode}\n")
    every = tables(results, with_words=with_words)
    if page:
        command = f"python -m tests.bench.hearing --words {'yes' if with_words else 'no'} --calls {total}"
        figures = [f"{cases} cases, {len(results)} calls: `{command}`\n", *(table.markdown() for table in every)]
        page.write_text(placed(page.read_text(encoding="utf-8"), mode, "\n".join(figures)), encoding="utf-8")
    for table in every:
        click.echo(table.markdown() if markdown else table.text())
    if not markdown:
        click.echo(worst(results, most).text())


def placed(page: str, mode: str, figures: str) -> str:
    """The page with these figures between its marks for the mode. ValueError when it has no such marks."""
    marks = re.compile(f"(<!-- figures {mode} -->\n).*?(<!-- end of figures {mode} -->)", re.DOTALL)
    if not marks.search(page):
        raise ValueError(f"the page has no mark <!-- figures {mode} -->")
    return marks.sub(lambda found: f"{found[1]}\n{figures}\n{found[2]}", page)


if __name__ == "__main__":
    main()
