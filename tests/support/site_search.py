"""Search of the built documentation as a browser does it: the search index, the query and the order of pages.

The theme builds a lunr index in the browser from `search/search_index.json`. This module does the same with the
Python package lunr: the same fields and boosts, tokens, wildcards, and the same order of pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lunr.builder import Builder
from lunr.index import Index
from lunr.pipeline import Pipeline
from lunr.stop_word_filter import WORDS, stop_word_filter

TAG = re.compile(r"<[^>]*>")


class SiteSearch:
    """Search box of a built site.

    Args:
        folder: folder of the site.
    """

    def __init__(self, folder: Path) -> None:
        data = json.loads((folder / "search/search_index.json").read_text("utf-8"))
        assert data["config"]["lang"] == ["en"]
        assert data["config"]["pipeline"] == ["stopWordFilter"]
        self.separator = re.compile(data["config"]["separator"])
        self.sections: dict[str, dict[str, Any]] = {each["location"]: each for each in data["docs"]}
        self.index = self._build_index(data["config"]["fields"])

    def _build_index(self, fields: dict[str, dict[str, float]]) -> Index:
        builder = Builder()
        builder.pipeline = Pipeline()
        builder.pipeline.add(stop_word_filter)
        builder.ref("location")
        builder.b(0)
        for name, options in fields.items():
            builder.field(
                name,
                boost=options["boost"],
                extractor=lambda section, name=name: self._split(section.get(name)),
            )
        for section in self.sections.values():
            builder.add(section, {"boost": section.get("boost", 1)})
        return builder.build()

    def _split(self, value: str | list[str] | None) -> list[str]:
        """Return the tokens of a field, without tags of HTML."""
        parts: Iterable[str] = [value] if isinstance(value, str) else value or ()
        return [
            token
            for part in parts
            for text in TAG.split(part)
            for token in self.separator.split(text)
            if token
        ]

    def find(self, query: str) -> list[str]:
        """Return the addresses of the pages that the search box lists, the best first."""
        clauses = self._read_clauses(query)
        terms = [clause.removesuffix("*") for clause in clauses]
        scores: list[tuple[float, str]] = []
        for hit in self.index.search(" ".join(clauses)):
            found = self._count_terms(terms, hit["match_data"].metadata)
            is_page = "#" not in hit["ref"]
            scores.append((hit["score"] * (1 + (is_page + found) ** 2), hit["ref"]))
        scores.sort(key=lambda each: -each[0])
        return list(dict.fromkeys(ref.partition("#")[0] for _, ref in scores))

    def _read_clauses(self, query: str) -> list[str]:
        """Return the clauses of a query: a word finds what begins with it.

        The theme repeats a word with a hyphen once for each part, and completes only the last part.
        """
        clauses = []
        for word in query.lower().split():
            *first, last = [part for part in self.separator.split(word) if part] or [""]
            if last:
                clauses += [*first, f"{last}*"] * (len(first) + 1)
        return clauses

    @staticmethod
    def _count_terms(terms: list[str], words: Iterable[str]) -> float:
        """Return the share of the terms that were found; missing stop words do not count."""
        words = list(words)
        found = {term: any(word.startswith(term) for word in words) for term in terms}
        counted = [is_found for term, is_found in found.items() if is_found or term not in WORDS]
        return sum(counted) / len(counted) if counted else 0.0
