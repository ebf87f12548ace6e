"""A packet that takes another in keeps what both have learned, and whom it met."""

from wayfare.emulator.packets import LayerUpdate, ModelPacket, PacketKind


def test_merging_keeps_what_both_packets_have_learned():
    ours = ModelPacket(PacketKind.MODEL, 1, b"", {}, updates=(LayerUpdate(1, 10), LayerUpdate(1, 30)), seen=(5, 0, 7))
    theirs = ModelPacket(PacketKind.MODEL, 2, b"", {}, updates=(LayerUpdate(2, 20), LayerUpdate(2, 20)), seen=(1, 9, 7))
    joined = ours.joined_by(theirs)
    assert joined.lineage == (2,)
    assert joined.seen == (5, 9, 7)
    assert joined.updates == (LayerUpdate(2, 20), LayerUpdate(1, 30))
    assert ours.learned_samples == 30


def test_a_packet_that_has_learned_nothing_takes_over_what_the_other_has():
    theirs = ModelPacket(PacketKind.MODEL, 2, b"", {}, updates=(LayerUpdate(2, 20),), seen=(1, 9))
    joined = ModelPacket(PacketKind.MODEL, 1, b"", {}).joined_by(theirs)
    assert (joined.seen, joined.updates, joined.lineage) == (theirs.seen, theirs.updates, (2,))


def test_only_the_latest_of_a_long_lineage_is_kept():
    packet = ModelPacket(PacketKind.MODEL, 0, b"", {})
    for number in range(1, 30):
        packet = packet.joined_by(ModelPacket(PacketKind.MODEL, number, b"", {}))
    assert packet.lineage == tuple(range(14, 30))
