"""The JSONL source."""

import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexiane_dagster.adapters.jsonl import JsonlSource
from lexiane_dagster.adapters.jsonl.line import parse_line
from lexiane_dagster.domain.errors import DocumentError, SourceError
from tests.contracts.source_contract import read_all


def file_of(path: Path, *lines: str | bytes) -> Path:
    target = path / "corpus.jsonl"
    target.write_bytes(b"\n".join(x.encode() if isinstance(x, str) else x for x in lines))
    return target


def refusal(path: Path, document_id: str, max_bytes: int = 1000) -> DocumentError:
    source = JsonlSource(path, max_bytes=max_bytes)
    entry = next(e for e in source.entries() if e.document_id == document_id)
    with pytest.raises(DocumentError) as caught:
        source.read(entry)
    assert caught.value.document_id == document_id
    assert repr(document_id) in str(caught.value)
    assert caught.value.remedy
    return caught.value


def test_both_spellings_and_all_keys(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        '\ufeff{"_id": "2", "title": "T", "text": "b", "metadata": {}}',
        "",
        '  {"groups": ["y", "x", "y"], "id": "1", "text": "a", "metadata": {"n": [1, null]}} \r',
        " ",
    )
    found = read_all(JsonlSource(path, groups_of=lambda name: {"z"}, max_bytes=1000))
    assert list(found) == ["1", "2"]
    assert found["1"].raw == b'{"id":"1","metadata":{"n":[1,null]},"text":"a"}'
    assert found["1"].groups == ("x", "y", "z")
    assert found["1"].metadata == {"n": [1, None]}
    assert found["2"].raw == b'{"id":"2","text":"b","title":"T"}'
    assert found["2"].media_type == "application/vnd.lexiane.document+json"


@given(st.dictionaries(st.sampled_from(["text", "title"]), st.text(st.characters(codec="utf-8"))))
def test_bytes_do_not_depend_on_the_writing(fields: dict[str, str]) -> None:
    value = {"id": "x", "text": "", **fields}
    backwards = dict(reversed(value.items()))
    a = parse_line(json.dumps(value))
    assert a == parse_line(json.dumps(backwards, indent=1, ensure_ascii=False))
    assert json.loads(a.raw)["text"] == value["text"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "not JSON"),
        ("[1]", "not an object"),
        ('{"text": "a"}', "`id`"),
        ('{"id": "", "text": "a"}', "`id`"),
        ('{"id": 7, "text": "a"}', "`id`"),
        ('{"id": "a", "_id": "a", "text": "a"}', "both"),
        ('{"id": "a"}', "`text`"),
        ('{"id": "a", "text": null}', "`text`"),
        ('{"id": "a", "text": "a", "title": 0}', "`title`"),
        ('{"id": "a", "text": "a", "metadata": []}', "`metadata`"),
        ('{"id": "a", "text": "a", "metadata": {"x": 1.5}}', "1.5"),
        ('{"id": "a", "text": "a", "metadata": {"x": NaN}}', "NaN"),
        ('{"id": "a", "text": "a", "metadata": {"x": 9007199254740992}}', "range"),
        ('{"id": "a", "text": "a", "groups": "x"}', "`groups`"),
        ('{"id": "a", "text": "a", "groups": [""]}', "`groups`"),
        ('{"id": "a", "text": "a", "url": "x"}', "'url'"),
        ('{"id": "a", "text": "a", "text": "b"}', "twice"),
        ('{"id": "a", "text": "\\ud800"}', "surrogate"),
        ('{"id": "a", "text": "a", "metadata": ' + "[" * 100_000, "deep"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, problem: str) -> None:
    path = file_of(tmp_path, '{"id": "good", "text": "x"}', "", line)
    error = refusal(path, "line:3", max_bytes=1_000_000)
    assert error.reason == "line_invalid"
    assert "line 3" in str(error)
    assert problem in str(error)


def test_bad_utf8_is_named_with_its_offset(tmp_path: Path) -> None:
    path = file_of(tmp_path, '{"id": "é", "text": "x"}', b'{"id": "b", "text": "\xff"}')
    error = refusal(path, "line:2")
    assert error.reason == "not_utf8"
    offset = int(str(error).partition("byte ")[2].split()[0])
    assert path.read_bytes()[offset] == 0xFF


def test_a_line_above_the_limit_is_refused_unread(tmp_path: Path) -> None:
    long = json.dumps({"id": "a", "text": "x" * 5000})
    path = file_of(tmp_path, long, '{"id": "b", "text": "x"}')
    error = refusal(path, "line:1")
    assert error.reason == "too_large"
    assert f"{len(long):,}" in str(error)
    assert "limits.max_bytes" in error.remedy
    assert read_all(JsonlSource(path, max_bytes=len(long)))["a"].raw


def test_two_lines_of_one_id_are_both_named(tmp_path: Path) -> None:
    path = file_of(tmp_path, '{"id": "a", "text": "x"}', "", '{"_id": "a", "text": "y"}')
    with pytest.raises(SourceError, match=r"Lines 1 and 3 .* 'a'"):
        list(JsonlSource(path, max_bytes=1000).entries())


def test_a_replaced_file_is_noticed(tmp_path: Path) -> None:
    path = file_of(tmp_path, '{"id": "a", "text": "old"}')
    source = JsonlSource(path, max_bytes=1000)
    entry = next(source.entries())
    file_of(tmp_path, '{"id": "a", "text": "new"}')
    with pytest.raises(SourceError, match="changed") as caught:
        source.read(entry)
    assert not isinstance(caught.value, DocumentError), "no waiver applies"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.jsonl", tmp_path):
        with pytest.raises(SourceError, match="cannot be read"):
            list(JsonlSource(path, max_bytes=1000).entries())


def test_memory_does_not_grow_with_the_text(tmp_path: Path) -> None:
    lines = (json.dumps({"id": str(n), "text": "x" * 50_000}) for n in range(400))
    path = file_of(tmp_path, *lines, b"y" * 20_000_000)
    tracemalloc.start()
    try:
        entries = list(JsonlSource(path, max_bytes=100_000).entries())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(entries) == 401
    assert peak < 5_000_000
