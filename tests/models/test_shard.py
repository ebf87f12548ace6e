import pytest
import torch

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
        Shard(shard.features.float(), shard.labels, 1.0)
    with pytest.raises(ValueError, match="one for each"):
        Shard(shard.features, shard.labels[:5], 1.0)
    with pytest.raises(ValueError, match="not the raw tensors"):
        Shard.from_raw({"features": shard.features})
    with pytest.raises(ValueError, match="one kind"):
        Shard.concatenate([])
    with pytest.raises(ValueError, match="one kind"):
        Shard.concatenate([shard, make_shard(6, 5, 3, 1)])
