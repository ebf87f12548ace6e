import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.dashboard.address import Address, compare_path, launch_path, run_path

NAMES = st.text(min_size=1).filter(
    lambda name: not any("\ud800" <= letter < "\udc80" or "\udcff" < letter <= "\udfff" for letter in name)
)


@given(NAMES | st.just("broken \udcff bytes") | st.just("first.sweep/a run, and more"))
def test_any_folder_name_survives_the_address(name: str) -> None:
    assert Address.parse(run_path(name), "").run == name


@given(st.lists(NAMES | st.sampled_from(["a,b", "50%", "x.sweep/y"]), min_size=1, max_size=4, unique=True))
def test_any_names_survive_the_address_of_a_comparison(names: list[str]) -> None:
    path, _, query = compare_path(names).partition("?")
    assert Address.parse(path, f"?{query}").names("runs") == names


@pytest.mark.parametrize("search", [None, 5, "?" + "&".join(f"k{place}=1" for place in range(500)), "?t=%ff&t=2"])
def test_no_query_is_an_error(search: object) -> None:
    assert Address.parse(None, search).path == "/"


def test_a_run_can_be_carried_to_the_page_that_runs_it_again() -> None:
    path, _, query = launch_path("a&b=c").partition("?")
    assert Address.parse(path, query).asked == {"run": "a&b=c"}
