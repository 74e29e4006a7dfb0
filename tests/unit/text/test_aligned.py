"""Edits keep offsets."""

from chisto.text.aligned import Aligned, Edit


def spans(aligned: Aligned) -> list[tuple[str, int, int]]:
    return list(zip(aligned.text, aligned.starts, aligned.stops, strict=True))


def test_a_replacement_of_the_same_length_maps_letter_by_letter() -> None:
    edited = Aligned.of("abc").edit([Edit(0, 2, "xy")])
    assert spans(edited) == [("x", 0, 1), ("y", 1, 2), ("c", 2, 3)]


def test_a_shorter_or_longer_replacement_maps_to_what_it_replaces() -> None:
    assert spans(Aligned.of("п***ц").edit([Edit(0, 5, "пиздец")]))[1:5] == [
        (letter, 1, 4) for letter in "изде"
    ]
    assert spans(Aligned.of("ууух").edit([Edit(0, 3, "у")])) == [("у", 0, 3), ("х", 3, 4)]


def test_removed_and_inserted_letters_leave_the_others_where_they_are() -> None:
    assert spans(Aligned.of("a-b").edit([Edit(1, 2, "")])) == [("a", 0, 1), ("b", 2, 3)]
    assert spans(Aligned.of("ab").edit([Edit(1, 1, " ")])) == [("a", 0, 1), (" ", 1, 1), ("b", 1, 2)]


def test_edits_of_edits_still_map_to_the_original() -> None:
    once = Aligned.of("с у к а").edit([Edit(1, 2, ""), Edit(3, 4, ""), Edit(5, 6, "")])
    twice = once.edit([Edit(0, 4, "кот")])
    assert once.original_span(0, 4) == (0, 7)
    assert twice.text == "кот"
    assert twice.original_span(0, 3) == (0, 7)


def test_marks_tell_what_was_restored() -> None:
    marked = Aligned.of("abc").edit([Edit(1, 2, "x")], marked=True)
    assert marked.marks == b"\0\1\0"
    assert marked.edit([Edit(0, 1, "")], marked=True).marks == b"\1\0"
    assert Aligned.of("abc").edit([Edit(1, 2, "x")]).marks == b""


def test_an_empty_span_maps_to_an_empty_span() -> None:
    aligned = Aligned.of("abc")
    assert [aligned.original_span(at, at) for at in (0, 2, 3)] == [(0, 0), (2, 2), (3, 3)]
    assert Aligned.of("").original_span(0, 0) == (0, 0)
