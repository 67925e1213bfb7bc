"""What every part of the user's own files has in common.

Belongs here: that an unknown key is refused. Does not belong here: any part.
"""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of a TOML file: no unknown key, and nothing changed once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
