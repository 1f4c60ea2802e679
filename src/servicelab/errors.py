"""The one error a person can cause, answered in one sentence."""


class UserError(Exception):
    """Something the user can put right.

    The message is one sentence that says what was wrong, where, and what to do. The command line prints it and
    exits with a code other than 0; a notebook shows it without a traceback. Anything else that is raised is a bug.
    """

    def _render_traceback_(self) -> list[str]:
        # IPython's own hook: the cell still counts as failed, and the learner reads the sentence alone.
        return [str(self)]
