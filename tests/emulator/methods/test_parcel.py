import pytest

from wayfare.emulator.methods.parcel import models_in, with_models
from wayfare.emulator.packets import ModelPacket, PacketKind
from wayfare.models import MLPStructure
from wayfare.models.model import same_weights


def parcel():
    models = {"x": MLPStructure((6, 4, 3)).initial(1), "c": MLPStructure((6, 5, 3)).initial(2)}
    return models, with_models(ModelPacket(PacketKind.MODEL, 1, b"", {}, task=4), models, degree=3)


def test_models_of_any_size_travel_together_in_their_true_size():
    models, packet = parcel()
    data = packet.encode()
    arrived = ModelPacket.decode(data)
    assert arrived.task == 4
    assert arrived.specification["degree"] == 3
    assert all(same_weights(models[part], model) for part, model in models_in(arrived).items())
    assert 0 < len(data) - sum(model.size_bytes for model in models.values()) < 1500


def test_what_holds_no_models_is_refused():
    with pytest.raises(ValueError, match="holds no tensors"):
        models_in(ModelPacket(PacketKind.MODEL, 1, b"", {}))
