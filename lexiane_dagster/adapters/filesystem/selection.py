"""Which paths of a folder are documents, and which groups may see them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

from lexiane_dagster.domain.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Documents whose id matches `pattern` (gitignore syntax) are visible to `groups`."""

    pattern: str
    groups: tuple[str, ...]


class Patterns:
    """Patterns in gitignore syntax, matched against a document id."""

    def __init__(self, lines: Sequence[str], where: str) -> None:
        try:
            self._spec = GitIgnoreSpec.from_lines(lines)
        except ValueError as error:
            raise ConfigurationError(
                f"{where} holds a pattern that cannot be read: {error}",
                remedy="Use the syntax of .gitignore, for instance `drafts/**`.",
            ) from error

    def match(self, document_id: str) -> bool:
        # In the expressions that pathspec writes, `.` and `$` treat a line feed specially: a name
        # that holds one could slip past an access rule.
        return self._spec.match_file(document_id.replace("\n", "\ufffd"))


class AccessRules:
    """All rules that match a document add up; a document that none matches has no groups.

    Raises:
        ConfigurationError: a rule without a pattern or without a group.
    """

    def __init__(self, rules: Sequence[AccessRule]) -> None:
        self._rules = tuple((_access_pattern(rule), rule.groups) for rule in rules)

    def groups_of(self, document_id: str) -> frozenset[str]:
        matching = (groups for rule, groups in self._rules if rule.match(document_id))
        return frozenset().union(*matching)


class Selection:
    """The rules of one folder: a document is included, not excluded and not ignored."""

    def __init__(
        self, include: Sequence[str], exclude: Sequence[str], ignored: Sequence[str]
    ) -> None:
        self._include = Patterns(include, "include")
        self._left_out = (Patterns(exclude, "exclude"), Patterns(ignored, ".lexianeignore"))

    def leaves_out(self, path: str) -> bool:
        """Whether the path is excluded or ignored; the path of a folder ends with "/"."""
        return any(patterns.match(path) for patterns in self._left_out)

    def takes(self, document_id: str) -> bool:
        return self._include.match(document_id) and not self.leaves_out(document_id)


def _access_pattern(rule: AccessRule) -> Patterns:
    pattern = rule.pattern.strip()
    if not pattern or pattern[0] in "!#" or not rule.groups or not all(rule.groups):
        raise ConfigurationError(
            f"The access rule {rule.pattern!r} names no path or no group.",
            remedy="Give one pattern (no `!`, no comment) and at least one group.",
        )
    return Patterns([pattern], "access")
