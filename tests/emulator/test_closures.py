from wayfare.emulator.closures import Closures


def test_a_thing_is_closed_until_every_reason_is_gone():
    closures = Closures()
    assert closures.close(3)
    assert not closures.close(3)
    assert 3 in closures
    assert 4 not in closures
    assert not closures.open(3)
    assert 3 in closures
    assert closures.open(3)
    assert 3 not in closures
