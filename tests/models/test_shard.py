import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wayfare.models import Shard, pack, unpack


def test_inputs_are_the_scaled_features(make_shard):
    shard = make_shard(9, 4, 3, 1)
    assert torch.equal(shard.inputs, shard.features.float() / 16)
    assert len(shard) == 9


def test_a_shard_that_travelled_is_the_same_shard(make_shard):
    shard = make_shard(9, 4, 3, 1)
    arrived = Shard.from_raw(unpack(pack(shard.raw())))
    assert arrived.digest == shard.digest
    assert torch.equal(arrived.inputs, shard.inputs)
    assert torch.equal(arrived.labels, shard.labels)


def test_raw_data_is_a_byte_a_feature_and_a_byte_a_label(make_shard):
    shard = make_shard(9, 4, 3, 1)
    assert shard.raw_bytes == 9 * 4 + 9
    assert shard.raw_bytes < len(pack(shard.raw())) < shard.raw_bytes + 512


def test_concatenated_shards_hold_all_samples_in_order(make_shard):
    one, two = make_shard(9, 4, 3, 1), make_shard(5, 4, 3, 2)
    both = Shard.concatenate([one, two])
    assert torch.equal(both.features, torch.cat([one.features, two.features]))
    assert torch.equal(both.labels, torch.cat([one.labels, two.labels]))
    assert Shard.concatenate([one]).digest == one.digest


def test_the_digest_sees_every_part_of_the_content(make_shard):
    shard = make_shard(6, 4, 3, 1)
    others = [
        Shard(shard.features.clone().index_fill_(0, torch.tensor([0]), 16), shard.labels, shard.scale),
        Shard(shard.features, (shard.labels + 1) % 3, shard.scale),
        Shard(shard.features, shard.labels, 1 / 255),
        Shard(shard.features.view(6, 4).flip(0), shard.labels, shard.scale),
        Shard(shard.features.reshape(3, 8), shard.labels[:3], shard.scale),
    ]
    assert len({shard.digest, *(other.digest for other in others)}) == 6


def test_what_is_not_a_shard_is_refused(make_shard):
    shard = make_shard(6, 4, 3, 1)
    with pytest.raises(ValueError, match="uint8"):
        Shard(shard.features.double(), shard.labels, 1.0)
    with pytest.raises(ValueError, match="uint8"):
        Shard(shard.features[:, 0], shard.labels, 1.0)
    with pytest.raises(ValueError, match="unknown task"):
        Shard(shard.features, shard.labels, 1.0, "cooking")
    with pytest.raises(ValueError, match="labels for regression"):
        Shard(shard.features.float(), shard.labels, 1.0, "regression")
    with pytest.raises(ValueError, match="a label for each"):
        Shard(shard.features, torch.zeros(6, 3, dtype=torch.int64), 1.0, "language")
    with pytest.raises(ValueError, match="bytes or -100"):
        Shard(shard.features, torch.full((6, 4), -1), 1.0, "language")
    with pytest.raises(ValueError, match="one for each"):
        Shard(shard.features, shard.labels[:5], 1.0)
    with pytest.raises(ValueError, match="not the raw tensors"):
        Shard.from_raw({"features": shard.features})
    with pytest.raises(ValueError, match="one kind"):
        Shard.concatenate([])
    with pytest.raises(ValueError, match="one kind"):
        Shard.concatenate([shard, make_shard(6, 5, 3, 1)])
    with pytest.raises(ValueError, match="one kind"):
        Shard.concatenate([shard, Shard(shard.features.float(), shard.labels, shard.scale)])


def text(*lines):
    """A shard of lines of equal length, each with the byte after it; a shorter line is filled up."""
    features = torch.tensor([list(line[:4].ljust(4, b"\0")) for line in lines], dtype=torch.uint8)
    labels = torch.tensor([[*line[1:5], *[-100] * (5 - len(line))] for line in lines])
    return Shard(features, labels, 1.0, "language")


@given(st.lists(st.binary(min_size=2, max_size=5), min_size=1, max_size=6))
def test_text_travels_as_its_bytes_and_the_end_of_each_line(lines):
    shard = text(*lines)
    arrived = Shard.from_raw(unpack(pack(shard.raw())))
    assert arrived.digest == shard.digest
    assert arrived.task == "language"
    assert shard.raw_bytes == len(lines) * (4 + 4)


def test_labels_that_are_not_the_text_itself_travel_as_they_are():
    shard = text(b"hello", b"world")
    labels = shard.labels.clone()
    labels[0, 1] = 7
    other = Shard(shard.features, labels, 1.0, "language")
    assert Shard.from_raw(unpack(pack(other.raw()))).digest == other.digest != shard.digest
    assert other.raw_bytes == 2 * (4 + 2 * 4)


@pytest.mark.parametrize("end", [256, 2**31 - 1])
def test_text_that_promises_an_impossible_byte_is_refused(end):
    raw = text(b"hello").raw()
    with pytest.raises(ValueError, match="bytes or -100"):
        Shard.from_raw(raw | {"labels": torch.tensor([end], dtype=torch.int32)})


def test_a_table_travels_as_float32():
    features, labels = torch.randn(5, 3, generator=torch.manual_seed(1)), torch.zeros(5, 2)
    shard = Shard(features, labels, 1.0, "regression")
    assert shard.raw_bytes == 5 * (3 + 2) * 4
    assert Shard.from_raw(unpack(pack(shard.raw()))).digest == shard.digest
    classes = Shard(features, torch.arange(5), 1.0)
    assert classes.raw_bytes == 5 * (3 * 4 + 1)
    assert Shard.from_raw(unpack(pack(classes.raw()))).digest == classes.digest


def test_images_may_lie_flat_or_in_shape():
    image = Shard(torch.arange(48, dtype=torch.uint8).reshape(2, 4, 6), torch.tensor([0, 1]), 1 / 255)
    assert image.inputs.shape == (2, 4, 6)
    assert Shard.from_raw(unpack(pack(image.raw()))).digest == image.digest
    assert Shard(image.features.flatten(1), image.labels, image.scale).digest != image.digest
