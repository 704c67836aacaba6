"""What is said of an exploration, in Chinese and English: one sentence for each thing."""

from __future__ import annotations

from probe.explore.compare import Change
from probe.explore.outline import Branch, finding, waiting
from probe.explore.route import goals
from probe.explore.tree import START, WAIT, Node, Tree, What, humans, reaches
from probe.words import words

MOST_WORDS = 60  # of a prompt, where it is quoted
SURE = 0.85  # of a person; below, it is "probably"


def headline(tree: Tree, lang: str) -> str:
    """Whether a caller reaches a person, and how."""
    found = finding(tree)
    if found != "person":
        places = " · ".join(path_words(path, lang) for path in waiting(tree))
        return words(
            f"explore.headline_{found}", lang, depth=tree.limits.depth, places=places, queue=tree.limits.queue_s
        )
    node, reach = humans(tree)[0]
    sure = "" if node.confidence >= SURE else "_probably"
    if not reach.keys:
        return words(f"explore.headline_at_once{sure}", lang, seconds=reach.seconds)
    return words(f"explore.headline_person{sure}", lang, keys=path_words(reach.path, lang), seconds=reach.seconds)


def state(tree: Tree, lang: str) -> str:
    """How far the exploration got, and what comes next."""
    if tree.halt == "finished":
        return words("explore.state_finished", lang, calls=len(tree.calls), prompts=len(tree.nodes))
    if tree.halt is not None and tree.halt not in ("stopped", "refused"):
        return words(f"explore.state_{tree.halt}", lang, calls=len(tree.calls), next=next_path(tree, lang))
    return words("explore.state_open", lang, calls=len(tree.calls), next=next_path(tree, lang))


def next_path(tree: Tree, lang: str) -> str:
    """The key that is next, as a path from the answer."""
    left = goals(tree)
    if not left or left[0].node == START:
        return words("explore.from_the_start", lang)
    reach = reaches(tree).get(left[0].node)
    before = reach.path if reach is not None else ""
    key = "…" if left[0].key == WAIT else left[0].key
    return f"{before}-{key}" if before else key


def path_words(path: str, lang: str) -> str:
    """A path of keys, to be read aloud."""
    pressed = path.removesuffix("…").rstrip("-")
    start = pressed or words("explore.at_the_start", lang)
    return start if pressed == path else words("explore.path_and_wait", lang, path=start)


def what_words(node: Node, lang: str) -> str:
    """What a node is."""
    if node.what is What.HUMAN and node.confidence < SURE:
        return words("explore.what_human_probably", lang)
    return words(f"explore.what_{node.what}", lang)


def key_words(branch: Branch, lang: str) -> str:
    """The keys of a branch."""
    return " ".join(words("explore.wait", lang) if key == WAIT else key for key in branch.keys)


def branch_words(branch: Branch, lang: str) -> str:
    """What is behind a branch that is no prompt of its own."""
    if branch.kind == "link" and branch.node is not None:
        return words(
            "explore.branch_link", lang, what=what_words(branch.node, lang), path=path_words(branch.path, lang)
        )
    return words(f"explore.branch_{branch.kind}", lang)


def change_words(change: Change, lang: str) -> str:
    """A change as a sentence."""
    before, after = change.before, change.after
    if change.kind == "what":
        before, after = (words(f"explore.what_{one}", lang) for one in (before, after))
    silent = words("explore.not_understood", lang)
    return words(
        f"explore.change_{change.kind}",
        lang,
        path=path_words(change.path, lang),
        before=short(before) or silent,
        after=short(after) or silent,
        before_keys=change.before_keys,
        after_keys=change.after_keys,
        before_s=change.before_s,
        after_s=change.after_s,
        before_path=path_words(change.before, lang),
        after_path=path_words(change.after, lang),
    )


def short(text: str) -> str:
    """A quotation that fits a line."""
    return text if len(text) <= MOST_WORDS else text[: MOST_WORDS - 1] + "…"
