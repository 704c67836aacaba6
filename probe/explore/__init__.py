"""Explore: walks a menu by DTMF, breadth first and within limits, and says what it found. Pure but for `expedition`.

The story of an exploration: `tree` is what is known, `listen` tells what is heard behind a key, `grow` puts it into the
tree, `route` says which key comes next, `walker` does so during one call on the line, `expedition` makes the calls,
`shelf` keeps the trees, `compare` holds two of them against each other, `page` shows one.
"""

from probe.explore.tree import Edge, Errand, Heard, Limits, Node, Tree, Visit, What

__all__ = ["Edge", "Errand", "Heard", "Limits", "Node", "Tree", "Visit", "What"]
