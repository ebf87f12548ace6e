from wayfare.models import hashed_seed, named_streams


def test_a_stream_is_its_name():
    streams = named_streams(1, "data")
    assert streams("device1").random() == streams("device1").random()
    assert streams("device1").random() != streams("device2").random()
    assert streams("device1").random() != named_streams(2, "data")("device1").random()


def test_names_do_not_run_into_each_other():
    assert (
        len({hashed_seed("a", "b"), hashed_seed("ab"), hashed_seed("a,b"), hashed_seed("b", "a"), hashed_seed("a b")})
        == 5
    )
    assert hashed_seed(1) != hashed_seed("1")
