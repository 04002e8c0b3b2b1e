#!/usr/bin/env python3
"""Content digests of the invoices in this folder, by the documented encoding
and nothing else. Prints what is in digests.txt:

    python3 digests.py > digests.txt
"""

import hashlib
import pathlib
import tomllib


def number(value):
    return value.to_bytes(8, "big")


def text(value):
    encoded = value.encode("utf-8")
    return number(len(encoded)) + encoded


def sequence(items):
    return number(len(items)) + b"".join(items)


def mapping(entries, value):
    names = sorted(entries, key=lambda name: name.encode("utf-8"))
    return sequence([text(name) + value(entries[name]) for name in names])


def names(values):
    return sequence([text(name) for name in sorted(set(values), key=str.encode)])


def parcel(table):
    label, conditions = table["label"], table.get("conditions", {})
    features = {name: entries for name, entries in label.get("feature", {}).items() if entries}
    return b"".join([
        bytes.fromhex(label["sha256"]),
        number(label["size"]),
        text(label["mediaType"]),
        text(label.get("name", "")),
        text(label.get("origin", "")),
        mapping(label.get("annotations", {}), text),
        mapping(features, lambda entries: mapping(entries, text)),
        names(conditions.get("memberOf", [])),
        names(conditions.get("requires", [])),
    ])


def group(table):
    satisfied_by = {"allOf": 0, "oneOf": 1, "optional": 2, "anyOf": 2}
    return text(table["name"]) + bytes([
        table.get("required", False),
        satisfied_by[table.get("satisfiedBy", "allOf")],
    ])


def invoice(document):
    bindle = document["bindle"]
    return b"".join([
        b"bindle invoice content v1\0",
        text(bindle["name"]),
        text(bindle["version"]),
        text(bindle.get("description", "")),
        sequence([text(author) for author in bindle.get("authors", [])]),
        mapping(document.get("annotations", {}), text),
        sequence([parcel(table) for table in document.get("parcel", [])]),
        sequence([group(table) for table in document.get("group", [])]),
    ])


for path in sorted(pathlib.Path(__file__).parent.glob("*.toml")):
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    print(hashlib.sha256(invoice(document)).hexdigest(), "", path.name)
