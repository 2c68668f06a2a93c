"""Redaction of personal data by consistent placeholders: equal values get equal placeholders.

Every string is replaced unless it is known to be harmless, so that unknown attributes are redacted. A value found
in one place (a userName in a body) is replaced everywhere (a filter, an error message).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from britive_scim.scim.json_values import is_list, is_object
from britive_scim.scim.redaction import (
    MASK,
    has_secret_value,
    is_secret_name,
    is_value_name,
    redact_json,
    redact_text,
)
from britive_scim.wire.decoding.json_fields import get_field, get_schemas
from britive_scim.wire.recording.redaction_terms import (
    ATTRIBUTE_PATH_FIELDS,
    ENDPOINT_SEGMENTS,
    EXPRESSION_FIELDS,
    FREE_TEXT_FIELDS,
    KEYWORD_FIELDS,
    KEYWORD_LIST_PATHS,
    KEYWORD_SEGMENTS,
    NUMERIC_ID_FIELDS,
    PERSONAL_NUMBER_FIELDS,
)
from britive_scim.wire.recording.value_index import ValueIndex

__all__ = ["Pseudonymizer"]

_MAX_NAME_LENGTH = 200
"""Characters before a bracket that are searched for the name of its attribute."""

_MIN_SECRET_LENGTH = 6
"""Minimum length of a secret that is masked within other strings; a shorter one may occur in any word."""

_PROTOCOL_WORD = re.compile(r'(?:W/)?"[^"@\s]*"|(?!.*//)[\w.:/+*,-]{1,64}')
"""Form of a protocol keyword, including versions: no spaces, no URL."""

_HARMLESS_WORDS = frozenset({"", "true", "false", "null", "none", MASK})
_DATETIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[0-9:.,]*(?:Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)
_DISCOVERY_URN = re.compile(
    r"urn:ietf:params:scim:schemas:core:2\.0:(?:Schema|ResourceType|ServiceProviderConfig)",
    re.IGNORECASE,
)
_EMAIL = r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_IS_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_IS_UUID = re.compile(_UUID, re.IGNORECASE)
_IS_PHONE = re.compile(r"(?:tel:)?\+?[0-9][0-9 ()./-]{5,}[0-9]", re.IGNORECASE)
_IS_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_BULK_ID = re.compile(r"(?P<prefix>bulkId:)(?P<id>.+)", re.IGNORECASE)
_SPECIAL_FILTERS = frozenset({"available", "assigned"})
_WORD_SEGMENT = re.compile(r"[A-Za-z][A-Za-z.-]{0,30}|v[0-9]{1,2}")
_PERSONAL_IN_TEXT = re.compile(
    rf"(?P<url>https?://[^\s\"'<>]*[^\s\"'<>.,;:)])|(?P<email>{_EMAIL})|(?P<uuid>\b{_UUID}\b)"
    r"|(?P<secret>\beyJ[\w.-]+|(?<![\w-])(?=[\w-]*[0-9])[\w-]{32,})",
    re.IGNORECASE,
)
_COMPARISON = re.compile(
    r"(?P<before>(?<![\w:.$-])(?P<name>[\w:.$-]+)\s+(?:eq|ne|co|sw|ew|gt|ge|lt|le|in)\s+)?"
    r'"(?P<quoted>(?:[^"\\]|\\(?:.|\Z))*+)(?P<end>"?)'
    r"|(?P<before_bare>(?<![\w:.$-])(?P<name_bare>[\w:.$-]+)\s+(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s+)"
    r'(?P<bare>[^\s"()\[\]]++(?:\s++(?!(?:and|or)\b)[^\s"()\[\]]++)*+)',
    re.IGNORECASE | re.DOTALL,
)
"""A comparison with a quoted or a bare value; each part has one way to match, so that time is linear."""

_SCIM_URN_PREFIX = "urn:ietf:params:scim:"
_NUMERIC_ID_PREFIX = "/api/workload/identity-providers/"
"""Path below which ids are numbers by the API's documentation."""
_API_VERSION = re.compile(r"v[0-9]{1,2}", re.IGNORECASE)
_FILTER_OPERATOR = re.compile(r"\s(?:pr|eq|ne|co|sw|ew|gt|ge|lt|le)\b", re.IGNORECASE)


class Pseudonymizer:
    """Placeholders of one file.

    Process the data twice: a value that first occurs at the end is then replaced at the beginning, too.

    Example:
        >>> names = Pseudonymizer()
        >>> names.replace_json({"userName": "ana@acme.com", "active": True})
        {'userName': 'person-1@host-1.example.com', 'active': True}
        >>> names.replace_text("there is no ana@acme.com")
        'there is no person-1@host-1.example.com'
    """

    __slots__ = (
        "_counts",
        "_index",
        "_numeric_ids",
        "_placeholders",
        "_variants_by_casefold",
    )

    def __init__(self) -> None:
        self._placeholders: dict[str, str] = {}
        self._variants_by_casefold: dict[str, tuple[str, int]] = {}
        self._counts: dict[str, int] = {}
        self._index = ValueIndex()
        self._numeric_ids: set[str] = set()

    # ------------------------------------------------------------------------------------ documents

    def replace_json(self, value: Any, name: str = "value", *, strict: bool = False) -> Any:
        """Return a JSON value with placeholders.

        Args:
            value: the value.
            name: name of its attribute or parameter.
            strict: replace dates and numbers also: below an extension, they may be birthdays.
        """
        if is_object(value):
            return self._replace_object(value, name, strict=strict)
        if is_list(value):
            return [self.replace_json(item, name, strict=strict) for item in value]
        if isinstance(value, str):
            return self._replace_string(value, name, strict=strict)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if _is_masked(name) or self._placeholders.get(str(value)) == MASK:
                return self._mask(value)
            if name.lower() in NUMERIC_ID_FIELDS:
                self._numeric_ids.add(str(value))
            elif strict or name.lower() in PERSONAL_NUMBER_FIELDS:
                return int(
                    self._assign_placeholder(f"number:{value}", "number").removeprefix("number-")
                )
        return value

    def _replace_object(self, value: dict[str, Any], name: str, *, strict: bool) -> dict[str, Any]:
        if any(_DISCOVERY_URN.fullmatch(urn) for urn in get_schemas(value)):
            return {key: self.replace_urls(inner) for key, inner in value.items()}
        has_keyword_names = _is_attribute_definition(value) or name.lower() == "adminroles"
        is_notice = get_field(value, "messageType") is not None
        path = get_field(value, "path")
        is_patch_operation = isinstance(path, str) and get_field(value, "op") is not None
        has_secret = has_secret_value(value)
        redacted: dict[str, Any] = {}
        for key, inner in value.items():
            if _is_masked(key) or (has_secret and is_value_name(key)):
                redacted[self._replace_key(key)] = self._mask(inner)
                continue
            inner_name = key
            inner_strict = strict or key.lower().startswith("urn:")
            if is_patch_operation and key.lower() == "value":
                inner_name = str(path)
                inner_strict = strict or inner_name.lower().startswith("urn:")
            elif key.lower() in ("value", "display", "formatted"):
                inner_name = name
            elif has_keyword_names and (
                key.lower() in ("name", "displayname") or inner == value.get("name")
            ):
                inner_name = "attributeName"
            elif is_notice and key.lower() == "message":
                inner_name = "value"
            redacted[self._replace_key(key)] = self.replace_json(
                inner, _extract_attribute_name(inner_name), strict=inner_strict
            )
        return redacted

    def _mask(self, value: Any) -> Any:
        """Return a value with every string and number masked; a long string is then masked everywhere."""
        if is_object(value):
            return {self._replace_key(key): self._mask(inner) for key, inner in value.items()}
        if is_list(value):
            return [self._mask(item) for item in value]
        found: list[str] = []
        redacted = redact_json(value, is_secret=True, found=found)
        self._remember_secrets(found)
        return redacted

    def _remember_secrets(self, secrets: list[str]) -> None:
        """Mask long secrets wherever else they occur."""
        for secret in secrets:
            if len(secret) >= _MIN_SECRET_LENGTH:
                self._remember(secret, MASK)

    def _replace_key(self, key: str) -> str:
        """Return the name of a field: a path keeps its form, an e-mail address or UUID is replaced."""
        if '"' in key:
            return self._replace_expression(key)
        return (
            self.replace_value(key) if _IS_EMAIL.fullmatch(key) or _IS_UUID.fullmatch(key) else key
        )

    def replace_response_body(self, value: Any, template: str) -> Any:
        """Return a response body with placeholders; `template` is the path template of the request."""
        if template.rpartition("/")[2] in KEYWORD_LIST_PATHS:
            return self.replace_urls(value)
        return self.replace_json(value)

    def replace_urls(self, value: Any) -> Any:
        """Return a document of protocol keywords, such as of discovery, with only its URLs replaced."""
        if is_object(value):
            return {key: self.replace_urls(inner) for key, inner in value.items()}
        if is_list(value):
            return [self.replace_urls(item) for item in value]
        if isinstance(value, str) and _IS_URL.fullmatch(value):
            return self.replace_url(value, is_protocol_document=True)
        return value

    def _replace_string(self, value: str, name: str, *, strict: bool) -> str:
        folded = name.lower()
        if _is_masked(name):
            masked: str = self._mask(value)
            return masked
        if folded in EXPRESSION_FIELDS or folded in ATTRIBUTE_PATH_FIELDS:
            return self._replace_expression(value, is_search_term=folded == "filter")
        if folded in FREE_TEXT_FIELDS:
            return self.replace_text(value)
        found: list[str] = []
        redact_json(value, name, found=found)  # a secret in JSON text
        self._remember_secrets(found)
        if value.strip().lower() in _HARMLESS_WORDS or value.lower().startswith(_SCIM_URN_PREFIX):
            return value
        if not strict and (
            (folded in KEYWORD_FIELDS and _PROTOCOL_WORD.fullmatch(value))
            or _DATETIME.fullmatch(value)
        ):
            return value
        return self.replace_value(value, name)

    # --------------------------------------------------------------------------------------- values

    def replace_value(self, value: str, name: str = "id") -> str:
        """Return the placeholder of one personal value: a URL, an id, a name, a number."""
        if value in self._placeholders:
            return self._placeholders[value]
        if _IS_URL.fullmatch(value):
            return self.replace_url(value)
        if value.startswith("/"):
            return self.replace_path(value)
        if match := _BULK_ID.fullmatch(value):
            return match["prefix"] + self._replace_string(match["id"], "bulkId", strict=False)
        if _IS_EMAIL.fullmatch(value):
            host = self.replace_host(value.rpartition("@")[2])
            self._placeholders[value] = f"{self._assign_placeholder(value, 'person')}@{host}"
            return self._placeholders[value]
        if _IS_UUID.fullmatch(value):
            return self._assign_placeholder(value, "uuid")
        if _IS_PHONE.fullmatch(value):
            return self._assign_placeholder(value, "phone")
        return self._assign_placeholder(value, re.sub(r"[^A-Za-z]", "", name) or "text")

    def replace_host(self, name: str) -> str:
        """Return the placeholder of a host name, below `example.com` (RFC 2606 §3)."""
        placeholder = self._assign_placeholder(name, "host")
        if not placeholder.lower().endswith(".example.com"):
            domain = ".EXAMPLE.COM" if placeholder.isupper() else ".example.com"
            self._placeholders[name] = placeholder = placeholder + domain
        return placeholder

    def register_tenant(self, url: str) -> None:
        """Assign a placeholder to the name of a tenant, the first label of its host name."""
        host = urlsplit(url).hostname or ""
        if host.count(".") >= 2 and not host.replace(".", "").isdigit():
            self._assign_placeholder(host.partition(".")[0], "tenant")

    def _assign_placeholder(self, value: str, category: str) -> str:
        if value in self._placeholders:
            return self._placeholders[value]
        folded = value.casefold()
        # Values that differ in case only get placeholders that differ in case only.
        base, variants = self._variants_by_casefold.get(folded, ("", 0))
        if not base:
            self._counts[category] = count = self._counts.get(category, 0) + 1
            base = {
                "uuid": f"00000000-0000-4000-8000-{count:012d}",
                "phone": f"+1555{count:07d}",
            }.get(category, f"{category}-{count}")
        self._variants_by_casefold[folded] = (base, variants + 1)
        placeholder = base[:variants].swapcase() + base[variants:]
        if variants and value.isupper():  # a client that upper-cases the placeholder gets this
            placeholder = base.upper()
        self._remember(value, placeholder)
        return placeholder

    def _remember(self, value: str, placeholder: str) -> None:
        """Set the placeholder of a value, including its occurrences in free text."""
        self._placeholders[value] = placeholder
        self._index.add(value)

    # ---------------------------------------------------------------------- addresses, expressions

    def replace_path(self, path: str, template: str | None = None) -> str:
        """Return a path with placeholders for ids: the `{}` of `template`, or what looks like an id."""
        if template is not None and template.count("/") == path.count("/"):
            is_numeric = template.startswith(_NUMERIC_ID_PREFIX)
            pairs = zip(path.split("/"), template.split("/"), strict=True)
            return "/".join(
                segment
                if segment == slot or (is_numeric and segment.isdecimal())
                else self._replace_segment(segment)
                for segment, slot in pairs
            )
        return "/".join(
            part
            if part.lower() in ENDPOINT_SEGMENTS
            or (_WORD_SEGMENT.fullmatch(part) and part not in self._placeholders)
            else self._replace_segment(part)
            for part in path.split("/")
        )

    def _replace_segment(self, segment: str) -> str:
        value = unquote(segment)
        if not value or value in KEYWORD_SEGMENTS or value in self._numeric_ids:
            return segment
        if value.lower().startswith(_SCIM_URN_PREFIX):
            return segment
        return quote(self.replace_value(value), safe="@:!$&'()*+,;=~")

    def replace_query(self, pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """Return decoded query parameters with placeholders."""
        return tuple(
            (name, self._replace_string(value, name, strict=False)) for name, value in pairs
        )

    def replace_url(self, url: str, *, is_protocol_document: bool = False) -> str:
        """Return a URL with placeholders for its host and the ids in its path.

        Args:
            url: the URL.
            is_protocol_document: whether it is from a protocol document, whose path has no personal words.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:  # such as an invalid port
            return "https://unreadable.example.com"
        port_suffix = f":{port}" if port else ""
        pairs = tuple(parse_qsl(parts.query, keep_blank_values=True))
        query = "?" + urlencode(self.replace_query(pairs)) if parts.query else ""
        path = (
            self.replace_path(parts.path)
            if is_protocol_document
            else self._replace_url_path(parts.path)
        )
        return f"{parts.scheme}://{self.replace_host(host)}{port_suffix}{path}{query}"

    def _replace_url_path(self, path: str) -> str:
        """Return the path of a URL, in which only SCIM endpoints are known to be harmless."""
        return "/".join(
            part
            if part.lower() in ENDPOINT_SEGMENTS or _API_VERSION.fullmatch(part)
            else self._replace_segment(part)
            for part in path.split("/")
        )

    def _replace_expression(self, text: str, *, is_search_term: bool = False) -> str:
        """Return a filter or a path with placeholders for its comparison values.

        Args:
            text: the filter or path.
            is_search_term: whether text without a comparison is a search term.
        """
        if text.startswith("/"):
            return self.replace_path(text)
        if is_search_term and not _COMPARISON.search(text) and not _FILTER_OPERATOR.search(text):
            return text if text.lower() in _SPECIAL_FILTERS else self.replace_value(text, "filter")

        def replace_comparison(match: re.Match[str]) -> str:
            before = match["before"] or match["before_bare"] or ""
            full_name = match["name"] or match["name_bare"] or "text"
            name = _extract_attribute_name(full_name)
            # The name of `value` in `emails[value eq ...]` is that before the bracket.
            before_match = text[max(0, match.start() - _MAX_NAME_LENGTH) : match.start()]
            if name.lower() == "value" and before_match.endswith("["):
                name = _extract_attribute_name(before_match[:-1].rpartition(" ")[2])
            strict = full_name.lower().startswith("urn:")
            if match["bare"] is not None:
                bare = match["bare"]
                quote_ = "'" if len(bare) > 1 and bare[0] == bare[-1] == "'" else ""
                value = bare.removeprefix(quote_).removesuffix(quote_)
                return f"{before}{quote_}{self._replace_string(value, name, strict=strict)}{quote_}"
            literal = self._replace_string(_unescape_string(match["quoted"]), name, strict=strict)
            return f'{before}"{_escape_string(literal)}{match["end"]}'

        return _COMPARISON.sub(replace_comparison, text)

    # ----------------------------------------------------------------------------------------- text

    def replace_text(self, text: str) -> str:
        """Return free text with placeholders for known values, and for what looks like a URL or a token."""
        text = redact_text(text)
        parts: list[str] = []
        position = 0
        for match in _PERSONAL_IN_TEXT.finditer(text):
            parts.append(self._replace_known_values(text[position : match.start()]))
            position = match.end()
            value = match.group()
            parts.append(
                MASK
                if match["secret"] and value not in self._placeholders
                else self.replace_value(value)
            )
        return "".join((*parts, self._replace_known_values(text[position:])))

    def _replace_known_values(self, text: str) -> str:
        parts: list[str] = []
        position = 0
        for start, end in self._index.find(text):
            parts += (text[position:start], self._assign_placeholder(text[start:end], "text"))
            position = end
        return "".join((*parts, text[position:]))


def _is_masked(name: str) -> bool:
    """Return whether an attribute is masked by its name; certificates identify a tenant."""
    return is_secret_name(name) or name.lower().endswith(("certificate", "certificates"))


def _is_attribute_definition(value: dict[str, Any]) -> bool:
    """Return whether an object defines an identity attribute, whose name is a keyword of the mappings."""
    return get_field(value, "dataType") is not None and get_field(value, "name") is not None


def _extract_attribute_name(path: str) -> str:
    """Return the last attribute of a path; `emails` for `emails[...].value`."""
    start, end = path.find("["), path.rfind("]")
    bare = path[:start] + path[end + 1 :] if 0 <= start < end else path
    first, dot, sub = bare.rpartition(":")[2].rpartition(".")
    return first if dot and sub.lower() in ("value", "display", "formatted") else sub


def _unescape_string(literal: str) -> str:
    return re.sub(r'\\(["\\/])', r"\1", literal)


def _escape_string(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
