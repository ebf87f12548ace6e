import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

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


@given(st.lists(st.integers() | st.text(), max_size=5))
def test_a_seed_is_hashed_from_the_json_of_its_name(parts):
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()
    assert hashed_seed(*parts) == int.from_bytes(digest[:8], "big") >> 1
