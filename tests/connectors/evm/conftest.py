"""The test chain, built once for all tests of this folder, and an index over it."""

from collections.abc import Iterator

import pytest

from support.chain.indexed import Indexed
from support.chain.scenario import Story, full_story


@pytest.fixture(scope="session")
def story() -> Iterator[Story]:
    """A chain with a history on it. Read only."""
    with full_story() as told:
        yield told


@pytest.fixture(scope="session")
def indexed(story: Story) -> Indexed:
    """An index over that chain."""
    return Indexed(story.url)
