"""On which line a key stands, whatever stands around it."""

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from probe.settings.lines import lines_of

TEXT = '''\
# [not.a.table]
top = 1
[robot] # a comment with "quotes"
country = "CN" # = [
"area code" . 'x' = """a
[fake]
b = 1""""

  [ trunk . "a.b" ]
proxy = { x = 1, y = { z = [1,
   {q = 2}, "}"] }, w = '#' }
lines = [
  # none
]
e = {}
f = 3.5
date = 1979-05-27T07:32:00Z
lit = \'\'\'
[fake]
\'\'\'
[[list]]
k = 1
[[list]]
l = "\\"]"
'''


def test_lines() -> None:
    tomllib.loads(TEXT)
    assert lines_of(TEXT) == {
        ("top",): 2,
        ("robot",): 3,
        ("robot", "country"): 4,
        ("robot", "area code"): 5,
        ("robot", "area code", "x"): 5,
        ("trunk",): 9,
        ("trunk", "a.b"): 9,
        ("trunk", "a.b", "proxy"): 10,
        ("trunk", "a.b", "proxy", "x"): 10,
        ("trunk", "a.b", "proxy", "y"): 10,
        ("trunk", "a.b", "proxy", "y", "z"): 10,
        ("trunk", "a.b", "proxy", "y", "z", "q"): 11,
        ("trunk", "a.b", "proxy", "w"): 11,
        ("trunk", "a.b", "lines"): 12,
        ("trunk", "a.b", "e"): 15,
        ("trunk", "a.b", "f"): 16,
        ("trunk", "a.b", "date"): 17,
        ("trunk", "a.b", "lit"): 18,
        ("list",): 21,
        ("list", "k"): 22,
        ("list", "l"): 24,
    }


def test_windows_line_ends_and_no_line_end() -> None:
    assert lines_of("[a]\r\nb = 1\r\n\r\nc = '''\r\n'''\r\nd=1") == {
        ("a",): 1,
        ("a", "b"): 2,
        ("a", "c"): 4,
        ("a", "d"): 6,
    }


VALUES = st.sampled_from(
    [
        *(
            "1",
            "-0.5e3",
            "true",
            "1979-05-27",
            '"a # [x] = {"',
            "'\\'",
            '""',
            '"\\"" # "',
            "{}",
            "[]",
            "{ a = 1, 'b' = [] }",
        ),
        *(
            '"""\n[x]\ny = 1\n"""',
            "'''\n'''",
            "[\n  1, # ]\n  [2],\n]",
            '["]", {a = "}"}]',
            '"""x\\"""y"""',
            '"""a"""""',
        ),
    ]
)
LINES = st.one_of(
    st.sampled_from(["", "# [c]", "   ", "\t# k = 1"]).map(lambda line: (None, line)),
    st.tuples(st.sampled_from(["k{}", '"k {}"', "'k.{}'", "k{} . x", "  k{}  "]), VALUES),
    st.sampled_from(["[t{}]", "[ t{} . u ] # [v]", '["t{}"]', "[[t{}]]"]).map(lambda header: (header, None)),
)


@settings(deadline=None)
@given(st.lists(LINES, max_size=12))
def test_every_key_of_a_valid_file_is_found_on_its_line(pieces: list[tuple[str | None, str | None]]) -> None:
    text, expected = "", {}
    for i, (key, value) in enumerate(pieces):
        if key is None:
            text += f"{value}\n"
            continue
        written = key.format(i)
        expected[i] = text.count("\n") + 1
        text += f"{written}\n" if value is None else f"{written} = {value}\n"
    tomllib.loads(text)
    found = lines_of(text)
    for i, line in expected.items():
        numbered = [n for path, n in found.items() if any(str(i) == part.strip("kt. ") for part in path)]
        assert line in numbered, (text, i, found)
