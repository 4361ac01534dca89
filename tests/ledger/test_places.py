"""Second places: what each must do (ports/checkpoint_place.py), and that a roll-back is noticed."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from socket import socket

import pytest

from lexiane_dagster.adapters.checkpoints_bucket import BucketPlace
from lexiane_dagster.adapters.checkpoints_file import FolderPlace
from lexiane_dagster.adapters.checkpoints_webhook import WebhookPlace
from lexiane_dagster.adapters.sql.ledger import SqlLedger
from lexiane_dagster.application.checkpoints import Pushed, push_checkpoint
from lexiane_dagster.domain.errors import ConfigurationError, IntegrityError, UnavailableError
from lexiane_dagster.ports.checkpoint_place import CheckpointPlace
from tests.ledger.places import Service, http_service, s3_server
from tests.ledger.support import filled, keyring_in, ledger_in, note

Open = Callable[[], CheckpointPlace]


@pytest.fixture
def service() -> Iterator[Service]:
    with http_service() as found:
        yield found


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with s3_server(tmp_path_factory.mktemp("s3")) as options:
        yield options


@pytest.fixture(params=["folder", "bucket", "webhook"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens one place of each kind, as another process would do it again."""
    if request.param == "folder":
        return lambda: FolderPlace(tmp_path / "far" / "away")
    if request.param == "bucket":
        options = request.getfixturevalue("s3")
        return lambda: BucketPlace(f"s3://lexiane/{tmp_path.name}", options, 5)
    url = request.getfixturevalue("service").url
    return lambda: WebhookPlace(url, {"Authorization": "Bearer x"}, 5)


def push(ledger: SqlLedger, folder: Path, *places: CheckpointPlace) -> list[Pushed]:
    return push_checkpoint(ledger, places, keyring_in(folder).verify)


def test_a_place_remembers_what_was_pushed(opened: Open, tmp_path: Path) -> None:
    ledger = filled(tmp_path, 3)
    assert opened().newest() is None
    assert [each.before for each in push(ledger, tmp_path, opened())] == [None]
    assert opened().newest() == ledger.checkpoint().note()
    assert [each.before for each in push(ledger, tmp_path, opened())] == [3]
    ledger.append([note(number) for number in range(10)])
    ledger.rotate()
    assert push(ledger, tmp_path, opened()) == [Pushed(opened().name, 14, 3)]
    assert opened().newest() == ledger.checkpoint().note()


def test_a_roll_back_is_noticed(opened: Open, tmp_path: Path) -> None:
    ledger = filled(tmp_path / "project", 5)
    shutil.copytree(tmp_path / "project", tmp_path / "back-up")
    ledger.append([note(5)])
    push(ledger, tmp_path / "project", opened())
    remembered = opened().newest()
    restored = ledger_in(tmp_path / "back-up")
    with pytest.raises(IntegrityError, match="remembers 6 leaves, and the ledger has 5"):
        push(restored, tmp_path / "back-up", opened())
    restored.append([note(6)])
    with pytest.raises(IntegrityError, match="6 leaves does not begin with the 6 leaves"):
        push(restored, tmp_path / "back-up", opened())
    restored.append([note(7), note(8)])
    with pytest.raises(IntegrityError, match="8 leaves does not begin with the 6 leaves"):
        push(restored, tmp_path / "back-up", opened())
    assert opened().newest() == remembered


def test_a_ledger_that_began_anew_is_noticed(opened: Open, tmp_path: Path) -> None:
    push(filled(tmp_path / "one", 3), tmp_path / "one", opened())
    with pytest.raises(IntegrityError, match="remembers a ledger named"):
        push(filled(tmp_path / "two", 9), tmp_path / "two", opened())


def test_a_place_that_was_changed_is_noticed(tmp_path: Path) -> None:
    ledger, place = filled(tmp_path, 3), FolderPlace(tmp_path / "far")
    push(ledger, tmp_path, place)
    file = tmp_path / "far" / "checkpoints" / f"{3:012}"
    good = file.read_text("utf-8")
    ledger.append([note(3)])
    file.write_text(good.replace("\n3\n", "\n2\n"))
    with pytest.raises(IntegrityError, match="no key of this ledger signed"):
        push(ledger, tmp_path, place)
    file.write_text("nonsense")
    with pytest.raises(IntegrityError, match="no checkpoint"):
        push(ledger, tmp_path, place)


def test_places_that_keep_notes_keep_all(tmp_path: Path, s3: dict[str, str]) -> None:
    for place in (FolderPlace(tmp_path / "far"), BucketPlace("s3://lexiane/kept", s3, 5)):
        for size, text in ((5, "five"), (12, "twelve"), (7, "seven"), (7, "seven")):
            place.push(size, text)
        assert place.newest() == "twelve"
        with pytest.raises(IntegrityError, match="another checkpoint over 7 leaves"):
            place.push(7, "other")
    notes = tmp_path / "far" / "checkpoints"
    assert {file.name: file.read_text() for file in notes.iterdir()} == {
        "000000000005": "five",
        "000000000007": "seven",
        "000000000012": "twelve",
    }
    assert (tmp_path / "far" / "checkpoint").read_text() == "twelve"


def test_a_failing_place_stops_no_other(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 3)
    (tmp_path / "file").touch()
    broken = [FolderPlace(tmp_path / "file" / name) for name in "ab"]
    good = FolderPlace(tmp_path / "far")
    with pytest.raises(UnavailableError, match=r"file/a.*; .*file/b"):
        push(ledger, tmp_path, broken[0], good, broken[1])
    assert good.newest() == ledger.checkpoint().note()


def test_a_roll_back_outweighs_a_place_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    broken, place = FolderPlace(tmp_path / "file" / "a"), FolderPlace(tmp_path / "far")
    push(filled(tmp_path / "one", 3), tmp_path / "one", place)
    with pytest.raises(IntegrityError, match="cannot be kept"):
        push(filled(tmp_path / "two", 3), tmp_path / "two", broken, place)


@pytest.mark.parametrize(
    ("status", "told"), [(500, "status 500"), (401, "status 401"), (302, "status 302")]
)
def test_a_webhook_that_refuses_is_unavailable(
    service: Service, tmp_path: Path, status: int, told: str
) -> None:
    ledger, place = filled(tmp_path, 3), WebhookPlace(service.url, {}, 5)
    service.status = status
    with pytest.raises(UnavailableError, match=told) as caught:
        push(ledger, tmp_path, place)
    assert "secret-token" not in str(caught.value)
    assert service.notes == []


def test_a_webhook_may_remember_by_itself(service: Service, tmp_path: Path) -> None:
    service.status = 409
    with pytest.raises(IntegrityError, match="remembers another one"):
        WebhookPlace(service.url, {}, 5).push(3, "three")


def test_a_webhook_that_cannot_be_read_is_only_written_to(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.status = 405
    assert WebhookPlace(service.url, {}, 5).newest() is None


def test_a_webhook_gets_its_headers(service: Service, tmp_path: Path) -> None:
    place = WebhookPlace(service.url, {"Authorization": "Bearer sesame"}, 5)
    push(filled(tmp_path, 3), tmp_path, place)
    (headers,) = service.headers
    assert headers["Authorization"] == "Bearer sesame"
    assert headers["Content-Type"] == "text/plain; charset=utf-8"


def test_nobody_there_is_unavailable(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 3)
    options = {"aws_endpoint": "http://127.0.0.1:1", "aws_region": "us-east-1"}
    options |= {"aws_access_key_id": "a", "aws_secret_access_key": "sesame"}
    for place in (
        WebhookPlace("http://127.0.0.1:1/hooks/secret-token", {}, 1),
        BucketPlace("s3://lexiane/x", options, 1),
    ):
        with pytest.raises(UnavailableError) as caught:
            push(ledger, tmp_path, place)
        assert "secret-token" not in str(caught.value)
        assert "sesame" not in str(caught.value)


def test_a_webhook_that_never_answers_is_unavailable(tmp_path: Path) -> None:
    with socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        place = WebhookPlace(f"http://127.0.0.1:{silent.getsockname()[1]}/", {}, 1)
        with pytest.raises(UnavailableError, match=r"timed out|TimeoutError"):
            place.newest()


def test_a_missing_bucket_is_unavailable(s3: dict[str, str]) -> None:
    with pytest.raises(UnavailableError, match="404"):
        BucketPlace("s3://nobucket/x", s3, 5).newest()


def test_an_unknown_option_of_a_bucket_is_named() -> None:
    with pytest.raises(ConfigurationError, match="nonsense"):
        BucketPlace("s3://lexiane/x", {"nonsense": "1"}, 5)
