"""What the controls of the case share: what is committed is not taken back, and what comes later carries on from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from servicelab.i18n import use
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    from servicelab.widgets.explore.eleven.game import Game


class Committing(Interactive):
    """A control of the game: its value with ``committed`` stays as it is until it is emptied for another try."""

    slow = True

    def __init__(self, game: Game, key: str, content: Callable[[], Mapping[str, Any]]) -> None:
        self.game, self.key = game, key
        self._accepted: dict[str, Any] = {}
        game.rounds[key] = self
        super().__init__(content=content)

    def work(self) -> None:
        """What takes a while after a commitment; tells how far it is through `progress`."""

    def progress(self, share: float) -> None:
        """Show how far the work is, from 0 to 1."""
        self.state = {**self.state, "progress": share}

    def _recompute(self, change: Any) -> None:
        before, after = self._accepted, dict(change["new"])
        if before.get("committed") is True and after not in ({}, before):
            self.value = before
            return
        self._accepted = after
        turned = before.get("committed") is not after.get("committed")
        with use(self._language):
            if turned and after.get("committed") is True and self.ready:
                self.work()
            super()._recompute(change)
            if turned:
                self.game.changed(self.key)

    def refresh(self) -> None:
        """Derive the state again: an earlier round was committed."""
        # What was not yet in sight is made with its content, not half.
        if self.ready:
            with use(self._language):
                self.state = self.derive(self.value)
