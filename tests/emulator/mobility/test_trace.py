import pytest

from wayfare.emulator.background import TraceError
from wayfare.emulator.mobility import Movement, MovementTrace
from wayfare.models.streams import generator

AREA_M = ((0.0, 0.0), (1.0, 1.0))
SETDEST = """\
# nodes: 2, max speed: 10
$node_(0) set X_ 150.0
$node_(0) set Y_ 90.0
$node_(0) set Z_ 0.0
$node_(1) set X_ 10
$node_(1) set Y_ 20

$god_ set-dist 0 1 1
$ns_ at 2.0 "$node_(0) setdest 250.0 90.0 10.0"
$ns_ at 7.0 "$node_(0) setdest 200.0 130.0 5.0"
$ns_ at 3.0 "$god_ set-dist 0 1 2"
$ns_ at 9.0 "$node_(0) setdest 0.0 0.0 0.0"
"""


def legs(component, name):
    return list(component.legs(name, (5.0, 5.0), AREA_M, generator(1)))


@pytest.fixture
def traced(tmp_path):
    """Make a trace of a text."""

    def make(text, **keys):
        path = tmp_path / "movement.txt"
        path.write_text(text)
        return MovementTrace(**{"nodes": ("a", "b")} | keys, file=str(path))

    return make


def test_a_node_goes_straight_from_row_to_row(traced):
    trace = traced("node,time_s,y_m,x_m,speed\nb,0,0,0,1\na,4,0,40,1\na,2,0,20,1\na,6,10,40,1\n")
    assert legs(trace, "a") == [(2, 20, 0), (4, 40, 0), (6, 40, 10)]
    movement = Movement([iter(legs(trace, name)) for name in ("a", "b")])
    assert movement.positions_m(0.0).tolist() == [[20, 0], [0, 0]]
    assert movement.positions_m(3.0).tolist() == [[30, 0], [0, 0]]
    assert movement.positions_m(9.0).tolist() == [[40, 10], [0, 0]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time_s,node,x_m\n0,a,1\n", ":2: a movement file has the columns"),
        ("time_s,node,x_m,y_m\n0,a,1,2\nsoon,a,1,2\n", ":3: a movement file has the columns"),
        ("time_s,node,x_m,y_m\n0,a,1\n", ":2: a movement file has the columns"),
        ("time_s,node,x_m,y_m\n-1,a,1,2\n", ":2: not a time and a place"),
        ("time_s,node,x_m,y_m\n0,a,nan,2\n", ":2: not a time and a place"),
        ("time_s,node,x_m,y_m\n0,b,1,2\n", "says nothing of 'a'"),
    ],
)
def test_a_trace_that_is_none_names_file_and_line(traced, text, message):
    trace = traced(text)
    with pytest.raises(TraceError) as caught:
        legs(trace, "a")
    assert str(caught.value).startswith(trace.file)
    assert message in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(TraceError, match=r"none\.csv: cannot be read as a movement file \(No such file"):
        legs(MovementTrace(nodes=("a",), file=str(tmp_path / "none.csv")), "a")


def test_an_order_on_the_way_ends_the_one_before(traced):
    trace = traced(SETDEST, format="ns-2")
    # At 7 s it is halfway to (250, 90); from there 5 m/s along (0, 40) for 2 s; then it stops.
    assert legs(trace, "a") == [(0, 150, 90), (2, 150, 90), (7, 200, 90), (9, 200, 100)]
    assert legs(trace, "b") == [(0, 10, 20)]


def test_the_nodes_of_an_ns2_file_are_those_named_in_order(traced):
    assert legs(traced(SETDEST, format="ns-2", nodes=("x", "y")), "y") == [(0, 10, 20)]
    with pytest.raises(TraceError, match=r"'z', which would be \$node_\(2\)"):
        legs(traced(SETDEST, format="ns-2", nodes=("x", "y", "z")), "z")
    with pytest.raises(ValueError, match="name the nodes"):
        traced(SETDEST, format="ns-2", nodes=(), tier="device")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("$node_(0) set X_ 1\n", "$node_(0) is not placed"),
        ('$ns_ at 1 "$node_(0) setdest 1 2 3"\n', "$node_(0) is not placed"),
        ("$node_(0) set Q_ 1\n", ":1: not a line"),
        (SETDEST + '$ns_ at 1 "$node_(0) setdest 1 2"\n', ":13: not a line"),
        (SETDEST + '$ns_ at 1 "$node_(0) setdest 1 2 -3"\n', ":13: time and speed"),
    ],
)
def test_an_ns2_file_that_is_none_names_file_and_line(traced, text, message):
    trace = traced(text, format="ns-2")
    with pytest.raises(TraceError) as caught:
        legs(trace, "a")
    assert message in str(caught.value)
