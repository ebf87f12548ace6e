"""What is found out once is asked of the object's own dictionary from then on."""

from wayfare.models.found_out import found_out


class Thing:
    def __init__(self) -> None:
        self.asked = 0

    @found_out
    def answer(self) -> int:
        """What the thing says."""
        self.asked += 1
        return 42


def test_it_is_worked_out_when_it_is_asked_for_and_once():
    thing = Thing()
    assert "answer" not in vars(thing)
    assert (thing.answer, thing.answer, thing.asked) == (42, 42, 1)
    assert vars(thing)["answer"] == 42


def test_each_object_finds_out_for_itself_and_may_forget():
    one, other = Thing(), Thing()
    assert (one.answer, other.asked) == (42, 0)
    del one.answer
    assert (one.answer, one.asked) == (42, 2)


def test_the_class_shows_what_there_is_to_find_out():
    assert isinstance(Thing.answer, found_out)
    assert Thing.answer.__doc__ == "What the thing says."
