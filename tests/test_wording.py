"""Numbers of things read as a person would write them."""

import pytest

from ingestor.wording import counted, stories


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 feeds"), (1, "1 feed"), (2, "2 feeds"), (1250, "1,250 feeds")]
)
def test_one_thing_is_called_otherwise_than_several(number: int, said: str) -> None:
    assert counted(number, "feed") == said


def test_stories_have_a_plural_of_their_own() -> None:
    assert (stories(1), stories(2)) == ("1 story", "2 stories")
