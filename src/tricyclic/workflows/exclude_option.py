"""What `--exclude` names: a target with its reason."""

from __future__ import annotations

from tricyclic.errors import InputError


def target_and_reason(text: str) -> tuple[str, str]:
    """The target and the reason of `r03="probe outside"`.

    Parameters
    ----------
    text : str

    Raises
    ------
    InputError
        If there is no reason.
    """
    target, equals, reason = text.partition("=")
    if not equals or not reason.strip():
        raise InputError(
            f"'{text}' has no reason",
            where="exclude",
            allowed="What is left out is named with its reason",
            do=f'Write --exclude {target.strip()}="reason"',
        )
    return target.strip(), reason.strip().strip("\"'")
