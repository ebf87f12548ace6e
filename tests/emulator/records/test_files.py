"""The small files of a run folder are believed if they are what was written."""

import json
import subprocess
import sys

import pytest

from wayfare.emulator.records import EventKind, RecordError, RunRecord, RunWriter
from wayfare.emulator.records.files import read_manifest, replace_all, write_manifest

HOLDS = """\
import sys
from pathlib import Path
from wayfare.emulator.records.hold import Hold
hold = Hold(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path):
    files = {"scenario.yaml": "name: run\n", "topology.json": '{"nodes": []}'}
    writer = RunWriter.create(tmp_path, "run", {"seed": 7}, files)
    writer.event(1.0, EventKind.LAUNCH, 0)
    writer.keep_weights(b"weights")
    writer.finish({"digest": {"events": "e"}, "accuracy": {"final": 0.75}})
    return writer.folder


def change(path, before, after):
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def read(folder):
    record = RunRecord(folder)
    return record.manifest["seed"], record.summary, record.topology, record.scenario_text


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("run.json", '"seed": 7', '"seed": 8'),
        ("run.json", '"finished"', '"failed"'),
        ("run.json", "checksum", "checksun"),
        ("summary.json", "0.75", "0.76"),
        ("topology.json", "[]", "{}"),
        ("scenario.yaml", "run", "ran"),
    ],
)
def test_a_changed_file_that_can_be_read_all_the_same_is_never_believed(folder, name, before, after):
    assert read(folder)[0] == 7
    change(folder / name, before, after)
    with pytest.raises(RecordError, match=f"{name}: damaged"):
        read(folder)


def test_a_manifest_says_the_same_in_another_order_and_with_other_white_space(folder):
    said = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(dict(sorted(said.items())), indent=3))
    assert read(folder)[1]["accuracy"] == {"final": 0.75}


def test_a_folder_of_an_older_version_has_no_checksums_and_is_read(folder):
    older = read_manifest(folder)
    del older["files"], older["format"]
    (folder / "run.json").write_text(json.dumps(older))
    change(folder / "summary.json", "0.75", "0.5")
    assert read(folder)[1]["accuracy"] == {"final": 0.5}


def test_weights_are_believed_if_they_are_what_was_kept(folder):
    path = RunRecord(folder).weights
    assert path is not None
    assert path.read_bytes() == b"weights"
    path.write_bytes(bytes(7))
    with pytest.raises(RecordError, match=r"weights\.safetensors: damaged \(its SHA-256 is not the one in run\.json\)"):
        RunRecord(folder).weights  # noqa: B018
    path.unlink()
    with pytest.raises(RecordError, match=r"weights\.safetensors: is missing, though run\.json lists it"):
        RunRecord(folder).weights  # noqa: B018


def test_all_that_is_wrong_with_a_folder_is_named_at_once(folder):
    assert RunRecord(folder).troubles() == []
    (folder / "topology.json").unlink()
    (folder / "weights.safetensors").write_bytes(b"")
    with (folder / "events.parquet").open("ab") as file:
        file.write(b"more")
    assert [trouble.removeprefix(f"{folder}/").split(" (")[0] for trouble in RunRecord(folder).troubles()] == [
        "topology.json: is missing, though run.json lists it",
        "weights.safetensors: damaged",
        "events.parquet: damaged",
    ]


@pytest.mark.parametrize(("files", "why"), [({}, "says that the run has finished"), (None, "lists it")])
def test_a_summary_that_is_missing_is_said_to_be(folder, files, why):
    (folder / "summary.json").unlink()
    if files is not None:
        write_manifest(folder, read_manifest(folder) | {"files": files})
    again = f"to run it again: wayfare run {folder / 'scenario.yaml'}"
    with pytest.raises(RecordError) as caught:
        RunRecord(folder).summary  # noqa: B018
    assert str(caught.value) == f"{folder / 'summary.json'}: is missing, though run.json {why}; {again}"


def test_a_run_that_goes_on_lists_its_end_once_it_is_there_again(tmp_path):
    writer = RunWriter.create(tmp_path, "run", {}, {"scenario.yaml": "name: run\n"})
    writer.keep_weights(b"weights")
    writer.write_json("summary.json", {"digest": {}})
    writer.fail("failed", "no room for the rest")
    resumed = RunWriter.resume(writer.folder)
    assert list(read_manifest(writer.folder)["files"]) == ["scenario.yaml"]
    resumed.keep_weights(b"weights")
    resumed.finish({"digest": {}})
    assert list(read_manifest(writer.folder)["files"]) == ["scenario.yaml", "weights.safetensors", "summary.json"]
    assert RunRecord(writer.folder).troubles() == []


def test_files_that_belong_together_are_all_replaced_or_none(tmp_path):
    first = tmp_path / "first"
    first.write_bytes(b"before")
    with pytest.raises(FileNotFoundError):
        replace_all({first: b"after", tmp_path / "none" / "second": b"after"})
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("first", b"before")]
    replace_all({first: b"after", tmp_path / "second": b"after"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "second"]


def test_a_summary_is_not_believed_before_the_run_says_that_it_has_finished(folder):
    manifest = read_manifest(folder)
    del manifest["files"]["summary.json"]
    write_manifest(folder, manifest | {"status": "running"})
    assert RunRecord(folder).summary is None


def test_what_another_process_holds_is_neither_resumed_nor_compacted(tmp_path):
    writer = RunWriter.create(tmp_path, "run", {})
    writer.event(1.0, EventKind.LAUNCH, 0)
    writer.progress({})
    writer._hold.release()  # as its process dies
    folder, before = writer.folder, sorted(path.name for path in writer.folder.iterdir())
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(RecordError, match="another process runs, resumes or compacts it"):
            RunWriter.resume(folder)
        assert sorted(path.name for path in folder.iterdir()) == before
        other.communicate()
    resumed = RunWriter.resume(folder)
    assert "events.parquet" in {path.name for path in folder.iterdir()}
    with pytest.raises(RecordError, match="another process"):
        RunWriter.resume(folder)
    resumed.event(1.0, EventKind.LAUNCH, 0)
    resumed.finish({"digest": {}})
    with pytest.raises(RecordError, match="has finished"):
        RunWriter.resume(folder)
