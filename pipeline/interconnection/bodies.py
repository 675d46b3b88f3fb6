"""Bodies as they come: JSON, JSON as a string inside JSON, XML inside JSON, or something else altogether.

XML is parsed without entities, without DTD and without network; a document type is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lxml import etree

from pipeline.errors import AnswerNotUnderstood

_LAYERS = 3
"""So many times JSON or XML may be wrapped into a string."""


def parse_json(body: bytes) -> Any:
    """JSON, unwrapped where it is a string that holds JSON. Raises AnswerNotUnderstood."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise AnswerNotUnderstood(f"{kind_of(body)} where JSON was agreed ({len(body)} bytes).") from None
    return unwrap(value)


def unwrap(value: Any) -> Any:
    """What a string holds, where it holds JSON; else the value."""
    for _ in range(_LAYERS):
        if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
            break
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise AnswerNotUnderstood("a string that should hold JSON does not.") from None
    return value


def kind_of(body: bytes) -> str:
    """HTML, XML, text or nothing: for messages."""
    start = body[:512].lstrip().lower()
    if not start:
        return "nothing"
    if start.startswith((b"<!doctype html", b"<html")):
        return "an HTML page"
    return "XML" if start.startswith(b"<") else "text"


def parse_xml(text: str | bytes) -> etree._Element:
    """The root. Raises AnswerNotUnderstood for what is not XML, and for any document type: entities come with it."""
    body = text.encode() if isinstance(text, str) else text
    if kind_of(body) == "an HTML page":
        raise AnswerNotUnderstood("an HTML page where XML was agreed.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise AnswerNotUnderstood(f"{kind_of(body)} that is not well-formed XML.") from None
    if root.getroottree().docinfo.doctype:
        raise AnswerNotUnderstood("XML with a document type; entities are not taken.")
    return root


def to_mapping(element: etree._Element) -> Any:
    """An element as JSON would have it: text, or a mapping by local names; names that come twice make a list."""
    children = [child for child in element if isinstance(child.tag, str)]
    if not children:
        return (element.text or "").strip()
    out: dict[str, Any] = {}
    for child in children:
        name = etree.QName(child).localname
        value = to_mapping(child)
        if name not in out:
            out[name] = value
        elif isinstance(out[name], list):
            out[name].append(value)
        else:
            out[name] = [out[name], value]
    return out


def to_xml(root: str, content: Mapping[str, Any], namespace: str = "") -> bytes:
    """A mapping as elements, in its order; lists repeat their element."""
    name = f"{{{namespace}}}{root}" if namespace else root
    element = etree.Element(name, nsmap={None: namespace} if namespace else None)
    _fill(element, content, namespace)
    out: bytes = etree.tostring(element, encoding="utf-8")
    return out


def _fill(element: etree._Element, content: Mapping[str, Any], namespace: str) -> None:
    for name, value in content.items():
        for item in value if isinstance(value, list) else [value]:
            child = etree.SubElement(element, f"{{{namespace}}}{name}" if namespace else name)
            if isinstance(item, Mapping):
                _fill(child, item, namespace)
            else:
                child.text = str(item)
