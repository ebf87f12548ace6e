import gzip

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from wayfare.models import DatasetError, TableFile

CSV = "height,weight,kind,who\n1.5,2,cat,ann\n2.5,3,dog,bob\n3.5,4,cat,ann\n"


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(file)

    return write


def check(read):
    assert read.features.dtype == np.float32
    assert read.features.tolist() == [[1.5, 2.0], [2.5, 3.0], [3.5, 4.0]]
    assert read.labels.tolist() == [0, 1, 0]
    assert (read.classes, read.group_names) == (2, ("ann", "bob"))
    assert read.groups.tolist() == [0, 1, 0]


def test_a_table_is_the_same_from_csv_parquet_and_npz(write, tmp_path):
    columns = {
        "height": [1.5, 2.5, 3.5],
        "weight": [2, 3, 4],
        "kind": ["cat", "dog", "cat"],
        "who": ["ann", "bob", "ann"],
    }
    parquet.write_table(pa.table(columns), tmp_path / "animals.parquet")
    np.savez(tmp_path / "animals.npz", **columns)
    files = [write("animals.csv", CSV), write("animals.csv.gz", gzip.compress(CSV.encode()))]
    for file in (*files, tmp_path / "animals.parquet", tmp_path / "animals.npz"):
        check(TableFile(str(file), label="kind", group="who").load())


def test_an_npz_file_may_hold_images_that_stay_bytes(tmp_path):
    images = np.arange(2 * 4 * 4, dtype=np.uint8).reshape(2, 4, 4)
    np.savez(tmp_path / "images.npz", x=images, label=np.array([7, 3]))
    read = TableFile(str(tmp_path / "images.npz"), scale=1 / 255).load()
    assert np.array_equal(read.features, images)
    assert (read.features.dtype, read.scale, read.labels.tolist()) == (np.uint8, 1 / 255, [1, 0])


def test_numbers_can_be_what_is_predicted_from_some_of_the_columns(write):
    read = TableFile(write("animals.csv", CSV), label="weight", features=("height",), task="regression").load()
    assert (read.task, read.classes) == ("regression", 1)
    assert read.features.tolist() == [[1.5], [2.5], [3.5]]
    assert read.labels.tolist() == [[2.0], [3.0], [4.0]]


def test_a_column_of_texts_is_what_a_model_sees(write):
    file = write("news.csv", 'label,text\nfood,"Soup, hot"\nmoney,A €-loan\n')
    read = TableFile(file, text="text", length=5).load()
    assert [bytes(row) for row in read.features] == [b"Soup,", "A €".encode()]
    assert (read.task, read.classes, read.labels.tolist()) == ("classification", 2, [0, 1])
    with pytest.raises(ValueError, match="either one column of 'text' or 'features'"):
        TableFile(file, text="text", features=("label",))


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (CSV, {"label": "kin"}, "no column 'kin'; did you mean 'kind'"),
        (CSV, {"label": "xyz"}, "no column 'xyz'; it has height, weight, kind, who"),
        (CSV, {"label": "kind"}, "line 2: 'who' is 'ann', not a number"),
        (CSV, {"label": "kind", "features": ("kind", "height")}, "besides label and group"),
        (CSV.replace("\n2.5", "\n\ntwo"), {"label": "kind", "group": "who"}, "line 4: 'height' is 'two', not a number"),
        (
            CSV.replace("3.5", ""),
            {"label": "kind", "group": "who"},
            "line 4: 'height' has no value: nothing, NA or nan is",
        ),
        (CSV.replace("3.5", "nan"), {"label": "kind", "group": "who"}, "line 4: 'height' has no value: nothing, NA or"),
        (CSV, {"label": "height"}, "line 2: 'height' is 1.5; classes are .*, say 'task: regression'"),
        (CSV.replace("3.5", "inf"), {"label": "kind", "group": "who"}, "line 4: 'height' is not a finite number"),
        (CSV.replace("3.5", "1e300"), {"label": "kind", "group": "who"}, "line 4: 'height' is not a finite number"),
        (CSV.replace("dog,bob", "dog"), {"label": "kind"}, "Expected 4 columns, got 3"),
        (CSV.replace("who", "kind"), {"label": "kind"}, "two columns 'kind'"),
        ("a,label\n", {}, "no rows"),
        ("", {}, "[Ee]mpty"),
        ("label\n1\n2\n", {}, "one or more columns besides"),
        ("a,label\n" + "".join(f"1,{number}\n" for number in range(300)), {}, "300 values; at most 256 .* 'task: regr"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_column(write, content, options, message):
    file = write("animals.csv", content)
    with pytest.raises(DatasetError, match=message) as raised:
        TableFile(file, **options).load()
    assert file in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("animals.xls", b"", "ends in '.xls'; a table is .npz, .csv"),
        ("animals.npz", b"PK no", "not a file of plain arrays"),
        ("animals.parquet", b"PAR no", "Parquet"),
    ],
)
def test_files_of_another_kind_are_refused(write, name, content, message):
    with pytest.raises(DatasetError, match=message):
        TableFile(write(name, content)).load()


def test_arrays_that_do_not_fit_together_are_refused(tmp_path):
    file = tmp_path / "data.npz"
    for arrays, message in (
        ({"x": np.zeros((3, 2)), "label": np.zeros(2)}, "different numbers of rows"),
        ({"x": np.zeros((2, 2)), "y": np.zeros(2), "label": np.zeros(2)}, "array 'x' has 2 axes"),
        ({"x": np.array([1, None]), "label": np.zeros(2)}, "array 'x' holds Python objects, which are not read"),
        ({"x": np.zeros((2, 2)), "label": np.zeros((2, 2))}, "array 'label' has 2 axes; .*, say 'task: regression'"),
    ):
        np.savez(file, **arrays)
        with pytest.raises(DatasetError, match=message):
            TableFile(str(file)).load()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DatasetError, match="no such file"):
        TableFile(str(tmp_path / "gone.csv")).load()
