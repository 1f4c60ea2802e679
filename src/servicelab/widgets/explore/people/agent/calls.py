"""Ten calls of one morning, made up for the course (illustrative): what is said, what each needed, what follows."""

from __future__ import annotations

from collections.abc import Mapping

from servicelab.i18n import _

ENOUGH: Mapping[str, tuple[str, ...]] = {
    "slot": ("finish", "ask"),
    "arrived": ("close", "finish", "ask"),
    "hinge": ("ask",),
    "invoice": ("finish", "ask"),
    "trip": ("transfer",),
    "code": ("ask",),
    "refund": ("finish", "ask"),
    "lamp": ("ask",),
    "hours": ("close", "finish", "ask"),
    "hum": ("transfer",),
}
"""By call, in the order in which they come: after which of the four nobody has to ring again."""
CALLS = tuple(ENOUGH)
MOVES = ("finish", "ask", "transfer", "close")
MINUTES: Mapping[str, float] = {"finish": 6.0, "ask": 8.0, "transfer": 3.0, "close": 2.0}
"""What each move takes: a call of the phone takes eight minutes on average, so nobody here is slow."""
AGAIN = 9.0
"""What a call takes that comes for the second time: it begins with what was said yesterday."""


def said(call: str) -> str:
    """Return what the caller says."""
    return {
        "slot": _("“The wardrobe comes on Thursday. I need another slot, Friday if you can.”"),
        "arrived": _("“I wanted to ask where my – oh. It's just ringing at the door. That'll be it.”"),
        "hinge": _("“The door of the bookcase hangs crooked. Can you send me a new hinge?”"),
        "invoice": _("“I need an invoice for the desk, in the firm's name.”"),
        "trip": _("“Since the bed's motor is in, the fuse goes every evening. Is that dangerous?”"),
        "code": _("“The app doesn't take my coupon. It says ‘not valid’.”"),
        "refund": _("“The rug went back ten days ago. Where's my money?”"),
        "lamp": _("“The lamp flickers. Can I have another one?”"),
        "hours": _("“Are you open on Sunday, on Zhongshan Road?”"),
        "hum": _("“The chair hums and doesn't rise. I've done what the booklet says, twice.”"),
    }[call]


def settled(call: str) -> str:
    """Return what happens tomorrow where the call got what it needed."""
    return {
        "slot": _("Friday, two to four, stands in the record. She doesn't ring."),
        "arrived": _("It was the door. He never rings again about it."),
        "hinge": _("One question more, and it was the wall, not the hinge: he puts a wedge under it."),
        "invoice": _("The invoice was in her mail before she had hung up."),
        "trip": _("The second line told her to leave it unplugged, and sent an electrician."),
        "code": _("Asked what is in the basket: the coupon is for furniture, not for lamps. He takes a chair."),
        "refund": _("The money was sent on Tuesday; he knows the bank and the day."),
        "lamp": _("Asked where it hangs: on a dimmer it was not made for. Another lamp would flicker, too."),
        "hours": _("Open from ten. That was all."),
        "hum": _("The second line knows the motor, and has booked the technician."),
    }[call]


def back(call: str) -> str:
    """Return what happens tomorrow where it did not."""
    return {
        "slot": _("The van came on Thursday. Nobody was at home, and now she is cross."),
        "arrived": _("The second line rings him: “You had a question?” He has to explain that he had none."),
        "hinge": _("The new hinge is on its way, and the door will hang as it did: nobody asked about the wall."),
        "invoice": _("Her accounts department needs it today. She begins from the beginning."),
        "trip": _("The fuse went again, and now she smells something. She is passed on at last."),
        "code": _("“I was told to try again later. It's later.”"),
        "refund": _("“Somebody was going to look into it. Did anybody?”"),
        "lamp": _("The second lamp flickers as well: nobody asked where it hangs."),
        "hours": _("He was put through to somebody who did not know, either, and rings once more."),
        "hum": _("The booklet was read to him a third time. He wants somebody who knows the motor."),
    }[call]
