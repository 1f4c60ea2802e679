"""Who gets form A before the course gets form B after it, however the number is spelled and whoever draws."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from servicelab.course.blueprintfile import FORMS
from servicelab.course.handin import is_staff_number
from servicelab.learn.forms import form_by, form_for, other

NUMBERS = st.text("abcdefgzABCDEFGZ0123456789._@-", min_size=1, max_size=20).filter(is_staff_number)
FORM = st.sampled_from(FORMS)


@given(NUMBERS, FORM, FORM)
def test_the_second_form_is_never_the_first(student, drawn, drawn_again):
    first = form_for("pretest", student, None, lambda: drawn)
    assert {first, form_for("posttest", student, None, lambda: drawn_again)} == set(FORMS)
    assert form_for("posttest", student, first, lambda: drawn_again) == other(first)
    # Nothing is drawn where a number says it.
    assert first == form_by(student)


@given(FORM, FORM)
def test_without_a_number_it_is_drawn_once_and_the_other_one_follows(drawn, drawn_again):
    first = form_for("pretest", "", None, lambda: drawn)
    assert first == drawn
    assert form_for("posttest", "", first, lambda: drawn_again) == other(drawn)
    # A number that came later changes nothing for who has a first test here.
    assert form_for("posttest", "E1042", first, lambda: drawn_again) == other(drawn)


@given(st.text("abcXYZ.-", max_size=6), st.integers(0, 10**6), st.integers(2, 60))
def test_of_numbers_in_a_row_every_second_one_gets_the_same(prefix, start, people):
    counted = Counter(form_by(f"{prefix}{start + number}") for number in range(people))
    assert abs(counted["a"] - counted["b"]) <= 1


@given(NUMBERS)
def test_however_a_number_is_spelled_it_gets_the_same(student):
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in student)
    assert form_by(student) == form_by(student.upper()) == form_by(f" {student.lower()} ") == form_by(wide)


def test_names_without_a_digit_fall_on_both_sides():
    names = [f"{first}.{last}" for first in ("lin", "wang", "he", "lu", "fang") for last in ("yue", "bin", "ya", "min")]
    counted = Counter(map(form_by, names))
    assert min(counted["a"], counted["b"]) >= 5
