"""The settings of a scenario as written, by path: what a page about it quotes.

Reads the part of libconfig's syntax that scenarios use. The program checks scenarios; this
only finds what they say.
"""

import os
import re

TOKEN = re.compile(
    r"""\s+|\#[^\n]*|//[^\n]*|/\*.*?\*/
    |(?P<include>@include\s+"(?P<file>[^"]*)")
    |(?P<text>"(?:[^"\\]|\\.)*")
    |(?P<word>[A-Za-z*][\w*-]*|[-+.0-9][\w.+-]*)
    |(?P<sign>[{}()\[\]=:;,])""",
    re.S | re.X,
)
NAMES = ("id", "name", "stage", "fact", "service")  # by which paths name an element of a list
CODES = ("place", "at", "except", "code", "codes")  # whose figures count nothing


class Problem(Exception):
    """A scenario that cannot be read."""


def tokens(path):
    with open(path, encoding="utf-8") as file:
        source = file.read()
    at = 0
    while at < len(source):
        found = TOKEN.match(source, at)
        if found is None:
            raise Problem(f"{path}: cannot read from: {source[at:at + 30]!r}")
        at = found.end()
        if found["include"]:
            yield from tokens(os.path.join(os.path.dirname(path), found["file"]))
        elif found["text"] or found["word"] or found["sign"]:
            yield found["text"] or found["word"] or found["sign"]


class Reader:
    def __init__(self, path):
        self.path, self.words, self.at = path, list(tokens(path)), 0

    def peek(self):
        return self.words[self.at] if self.at < len(self.words) else None

    def take(self):
        word = self.peek()
        if word is None:
            raise Problem(f"{self.path}: ends too early")
        self.at += 1
        return word

    def group(self, end):
        settings = {}
        while self.peek() != end:
            name = self.take()
            if self.take() not in "=:":
                raise Problem(f"{self.path}: no value for {name}")
            settings[name] = self.value()
            while self.peek() in (";", ","):
                self.take()
        self.at += end is not None
        return settings

    def value(self):
        word = self.take()
        if word == "{":
            return self.group("}")
        if word in "([":
            end, items = ")" if word == "(" else "]", []
            while self.peek() != end:
                items.append(self.value())
                while self.peek() == ",":
                    self.take()
            self.take()
            return items
        return word


def shown(value):
    """For people: 'to 100 km, speed 50 km/h; speed 80 km/h'."""
    if isinstance(value, dict) and "dist" in value:
        rest = {name: part for name, part in value.items() if name != "dist"}
        return f"{shown(value['dist'])}: {shown(rest)}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ("; " if any(isinstance(part, dict) for part in value) else ", ").join(shown(part) for part in value)
    return value.strip('"')


def has_number(value):
    """Whether it says how much of anything."""
    if isinstance(value, dict):
        return any(has_number(part) for name, part in value.items() if name not in CODES)
    if isinstance(value, list):
        return any(has_number(part) for part in value)
    return re.match(r'"?[-+.0-9]', value) is not None


def element_name(element):
    if isinstance(element, dict):
        for key in NAMES:
            if key in element:
                return element[key].strip('"')
    return None


def flatten(value, path, into):
    """Groups, and lists whose elements have names, are taken apart; all else is a value."""
    if isinstance(value, dict) and "dist" not in value:
        for name, part in value.items():
            flatten(part, f"{path}.{name}" if path else name, into)
    elif isinstance(value, list) and value and all(element_name(part) for part in value):
        for part in value:
            flatten(part, f"{path}.{element_name(part)}", into)
    else:
        into[path] = value


def settings(path):
    """{path: value}: a text as it stands, or lists and groups of them."""
    into = {}
    flatten(Reader(path).group(None), "", into)
    return into


def numbers(all_settings):
    """The paths that say how much of anything."""
    return [path for path, value in all_settings.items()
            if path.rsplit(".", 1)[-1] not in CODES and has_number(value)]


def below(all_settings, path):
    """What stands at a path, or at the paths below it, for people; None where nothing does."""
    if path in all_settings:
        return shown(all_settings[path])
    parts = [(full[len(path) + 1:], shown(value)) for full, value in all_settings.items()
             if full in numbers(all_settings) and full.startswith(path + ".")]
    return "; ".join(f"{name} {text}" for name, text in parts) or None
