"""Reading tables of comments: formats, encodings, columns, labels, refusals."""

import csv
import gzip
import io
import json
import random
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chisto.errors import ChistoError
from chisto.tables import Limits, clean_labelled, open_table, parse_label, peek, write_labelled
from chisto.tables import errors as refusals

ROWS = [
    ("Спасибо, очень полезно!", 0),
    ('Он сказал: "не спорь",\nи ушёл; вот так', 0),
    ("Ну ты и дурак\r\nпоследний", 1),
    ("Ёжик в тумане — «классика» №1", 0),
]


def as_csv(rows=ROWS, delimiter=",", header=("comment_text", "toxic"), end="\n") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def as_json_lines(rows=ROWS) -> str:
    objects = [{"id": n, "comment_text": text, "toxic": label} for n, (text, label) in enumerate(rows)]
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in objects)


def as_parquet(rows=ROWS, **columns) -> bytes:
    out = io.BytesIO()
    table = pa.table(
        {"comment_text": [text for text, _ in rows], "toxic": [label for _, label in rows], **columns}
    )
    pq.write_table(table, out)
    return out.getvalue()


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def read(data: bytes, **options) -> list[tuple[str | None, int | None]]:
    with open_table(io.BytesIO(data), **options) as table:
        return [
            (text, parse_label(label))
            for chunk in table.chunks()
            for text, label in zip(chunk.texts, chunk.labels, strict=True)
        ]


def refuse(data: bytes, error: type[ChistoError], **options) -> ChistoError:
    with pytest.raises(error) as caught:
        read(data, **options)
    for language in ("ru", "en"):
        body = caught.value.body(language)["error"]
        assert body["message"] and body["hint"] and "{" not in body["message"]
    assert 400 <= caught.value.status < 500
    return caught.value


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_reads_the_same_in_every_delimiter_encoding_and_line_end(delimiter, encoding, end):
    data = as_csv(delimiter=delimiter, end=end).encode(encoding)
    assert read(data) == ROWS
    with open_table(io.BytesIO(data)) as table:
        assert table.encoding == encoding
        assert table.format == ("tsv" if delimiter == "\t" else "csv")


@pytest.mark.parametrize("data", [as_json_lines().encode(), as_parquet()], ids=["jsonl", "parquet"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda data: zipped(**{"x/таблица": data})])
def test_json_lines_and_parquet_read_plain_gzipped_and_zipped(data, pack):
    assert read(pack(data)) == ROWS


def test_clutter_that_a_mac_packs_beside_the_table_is_ignored():
    members = {"a.csv": as_csv().encode(), "__MACOSX/._a.csv": b"\0\5\26\7", ".DS_Store": b"\0\0"}
    assert read(zipped(**members)) == ROWS


def test_a_pipe_reads_like_a_file(tmp_path: Path):
    class Pipe(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self.inner = io.BytesIO(data)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer) -> int:
            return self.inner.readinto(buffer)

    with open_table(Pipe(zipped(a=as_csv().encode()))) as table:
        assert [text for chunk in table.chunks() for text in chunk.texts] == [text for text, _ in ROWS]
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv().encode())
    with open_table(path) as table:
        assert sum(len(chunk.texts) for chunk in table.chunks()) == len(ROWS)


def test_the_encoding_is_decided_on_the_whole_stream():
    ascii_rows = [("plain english comment, nothing else to see here", 0)] * 60_000
    late = as_csv([*ascii_rows, ("а вот и кириллица", 1)])
    assert read(late.encode("cp1251"))[-1] == ("а вот и кириллица", 1)
    assert read(late.encode("utf-8"))[-1] == ("а вот и кириллица", 1)


def test_one_cut_letter_does_not_turn_utf8_into_cp1251():
    data = as_csv([("Очень длинный русский комментарий про погоду", 0)] * 20).encode()
    cut = data + "ещё".encode()[:-1] + b",1\n"
    assert read(cut)[0] == ("Очень длинный русский комментарий про погоду", 0)
    assert read(cut)[-1] == ("ещ\ufffd", 1)


def test_tabs_without_csv_quoting_keep_their_quotes():
    data = 'text\ttoxic\n"Так говорил он\t0\nи "вот" так\t1\n'.encode()
    assert read(data) == [('"Так говорил он', 0), ('и "вот" так', 1)]


def test_a_single_column_needs_no_delimiter():
    assert read("comment\nда, конечно; нет\nещё\tодин\n".encode()) == [
        ("да, конечно; нет", None),
        ("ещё\tодин", None),
    ]


def test_short_rows_are_padded_and_overlong_ones_marked():
    with open_table(io.BytesIO(b"id,comment_text,toxic\n1,a\n\n2,b,c,1\n3,d,1,,\n")) as table:
        (chunk,) = table.chunks()
    assert chunk.texts == ["a", None, "d"] and chunk.labels == [None, None, "1"] and chunk.malformed == {1}


def test_lone_surrogates_in_json_become_replacement_characters():
    assert read(b'{"text": "a\\ud800b", "toxic": true}\n') == [("a\ufffdb", 1)]


@pytest.mark.parametrize(
    ("header", "text", "label"),
    [
        ("id,Comment_Text,Toxic", "Comment_Text", "Toxic"),
        ("n,toxic_comment,labels", "toxic_comment", "labels"),
        ("a,b,c", "b", "c"),
        ("id,Комментарий,метка", "Комментарий", "метка"),
    ],
)
def test_columns_are_guessed_by_name_or_content(header, text, label):
    data = (header + "\n" + "".join(f"{n},какой-то обычный текст,{n % 2}\n" for n in range(7))).encode()
    with open_table(io.BytesIO(data)) as table:
        assert (table.text_column, table.label_column) == (text, label)


def test_chosen_columns_win_and_missing_ones_are_named():
    data = b"a,b,c\nfirst text,second text,1\n"
    assert read(data, text_column="b", label_column="c") == [("second text", 1)]
    error = refuse(data, refusals.NoSuchColumn, text_column="comment")
    assert "a, b, c" in error.hint("ru")


def test_an_unclear_column_is_asked_for_with_candidates():
    data = b"x,y\nfirst words here,other words here\n"
    assert refuse(data, refusals.TextColumnUnknown).params["columns"] == ["x", "y"]
    with open_table(io.BytesIO(b"text,a,b\nhello there,1,0\n")) as table:
        with pytest.raises(refusals.LabelColumnUnknown) as caught:
            clean_labelled(table)
        assert caught.value.params["columns"] == ["a", "b"]
    head = peek(io.BytesIO(data))
    assert head.columns == ["x", "y"] and head.guessed_text is None and len(head.rows) == 1


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ("0", 0),
        ("1", 1),
        ("0.0", 0),
        ("1.0", 1),
        ("1,0", 1),
        (" True ", 1),
        ("FALSE", 0),
        ("да", 1),
        ("Нет", 0),
    ]
    + [
        (True, 1),
        (0.0, 0),
        (1, 1),
        ("2", None),
        ("0.5", None),
        ("", None),
        (None, None),
        (float("nan"), None),
    ]
    + [("токс", None), ("inf", None), (10**400, None)],
)
def test_labels_are_read_in_every_usual_spelling(value, label):
    assert parse_label(value) == label


def test_cleaning_accounts_for_every_row(tmp_path: Path):
    lines = [
        "comment_text,toxic",
        "хорошая статья,0",
        "  хорошая   статья ,0",  # duplicate
        "спорный текст,0",
        "спорный текст,1",  # contradiction
        "плохой ты человек,1",
        ",1",  # empty
        "без метки,",  # missing
        "третий сорт,2",  # non-binary
        "a,b,c",  # malformed
    ]
    with open_table(io.BytesIO("\n".join(lines).encode())) as table:
        cleaning = clean_labelled(table)
        report = cleaning.report
        chunks = list(cleaning)
        digest = write_labelled(cleaning, tmp_path / "a.parquet")
    counted = report.malformed + report.missing + report.empty + report.non_binary
    assert counted + report.duplicates + report.contradictions + report.kept == report.rows == 9
    assert (report.kept, report.kept_toxic, report.contradictory_texts) == (2, 1, 1)
    assert report.examples == {
        "malformed": [9], "missing": [7], "empty": [6], "non_binary": [8],
        "duplicates": [2], "contradictions": [3, 4],
    }  # fmt: skip
    assert [(chunk.rows, chunk.labels) for chunk in chunks] == [([1, 5], [0, 1])]
    stored = pq.read_table(tmp_path / "a.parquet").to_pydict()
    assert stored == {"row": [1, 5], "comment_text": ["хорошая статья", "плохой ты человек"], "toxic": [0, 1]}
    with open_table(tmp_path / "a.parquet") as again:
        assert write_labelled(clean_labelled(again), tmp_path / "b.parquet") == digest


def test_a_file_without_a_usable_row_says_what_was_wrong():
    with (
        open_table(io.BytesIO(b"text,toxic\n,1\nhi,7\n")) as table,
        pytest.raises(refusals.NoUsableRows) as caught,
    ):
        clean_labelled(table)
    assert "2" in caught.value.message("ru")


# --- refusals ---

EXE = b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff" + bytes(random.Random(1).randbytes(4000))


@pytest.mark.parametrize(
    "data", [EXE, b"%PDF-1.7\n%...", b"\x89PNG\r\n\x1a\n", b"<html><body>x", "т,1\n".encode("utf-16-le")]
)
def test_what_is_no_table_is_refused(data):
    refuse(data, refusals.NotATable)
    refuse(zipped(**{"comments.csv": data}), refusals.NotATable)


def test_an_excel_file_is_named_as_such():
    data = zipped(**{"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})
    assert "Excel" in refuse(data, refusals.NotATable).message("ru")


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"  \n\r\n \t", gzip.compress(b""), zipped(a=b"")])
def test_an_empty_file_is_refused(data):
    refuse(data, refusals.EmptyFile)


@pytest.mark.parametrize("data", [b'[{"text": "a"}]', b'[\n  {"text": "a"}\n]', b'{\n  "text": "a"\n}'])
def test_a_json_document_is_told_from_json_lines(data):
    refuse(data, refusals.JsonArray)


def test_bombs_are_refused_by_ratio_and_by_size():
    bomb = b"text\n" + b"a" * 100 + b"\n" * (40 << 20)
    refuse(gzip.compress(bomb), refusals.ExpandsTooMuch)
    refuse(zipped(a=bomb), refusals.ExpandsTooMuch)
    noise = ("text\n" + "".join(f"{random.random()}\n" for _ in range(20_000))).encode()
    refuse(gzip.compress(noise), refusals.ExpandsTooMuch, limits=Limits(bytes=100_000))


def test_a_zip_that_lies_about_its_size_is_refused():
    data = bytearray(zipped(a=b"text\n" + b"a" * (40 << 20)))
    directory = data.rfind(b"PK\1\2")
    struct.pack_into("<L", data, directory + 24, 1000)
    refuse(bytes(data), refusals.BrokenFile)


def test_a_huge_zip_directory_is_refused_before_it_is_read():
    data = bytearray(zipped(a=b"text\nhi\n"))
    struct.pack_into("<L", data, data.rfind(b"PK\5\6") + 12, 1 << 31)
    refuse(bytes(data), refusals.NotOneFile)


def test_parquet_that_unpacks_without_end_is_refused_in_little_memory():
    text = "очень длинный комментарий " * 4000
    out = io.BytesIO()
    repeated = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), pa.array([text]))
    pq.write_table(pa.table({"text": repeated}), out, store_schema=False)
    assert len(out.getvalue()) < 1_000_000
    tracemalloc.start()
    refuse(out.getvalue(), refusals.ExpandsTooMuch, limits=Limits(bytes=50_000_000))
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("names", [["../a.csv"], ["/etc/a.csv"], ["C:\\a.csv"], ["a\\..\\b.csv"]])
def test_paths_that_lead_outside_are_refused(names):
    refuse(zipped(**dict.fromkeys(names, as_csv().encode())), refusals.UnsafeArchive)


def test_links_and_nested_archives_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("a.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    refuse(out.getvalue(), refusals.UnsafeArchive)
    refuse(zipped(a=zipped(a=as_csv().encode())), refusals.UnsafeArchive)
    refuse(gzip.compress(gzip.compress(as_csv().encode())), refusals.UnsafeArchive)


def test_several_members_or_none_are_refused():
    assert "2" in refuse(zipped(a=b"text\nx\n", b=b"text\ny\n"), refusals.NotOneFile).message("ru")
    refuse(zipped(), refusals.NotOneFile)


def test_an_encrypted_archive_is_refused():
    data = bytearray(zipped(a=as_csv().encode()))
    data[data.rfind(b"PK\1\2") + 8] |= 1
    refuse(bytes(data), refusals.EncryptedArchive)


@pytest.mark.parametrize("form", ["gzip", "zip", "parquet"])
def test_cut_files_are_refused(form):
    rows = [(f"{random.Random(n).random()} текст", n % 2) for n in range(3000)]
    whole = {
        "gzip": gzip.compress(as_csv(rows).encode()),
        "zip": zipped(a=as_csv(rows).encode()),
        "parquet": as_parquet(rows),
    }[form]  # fmt: skip
    refuse(whole[: len(whole) // 2], refusals.BrokenFile)


def test_damage_in_the_middle_is_refused():
    rows = [(f"{random.Random(n).random()} текст", n % 2) for n in range(3000)]
    for whole in (gzip.compress(as_csv(rows).encode()), zipped(a=as_csv(rows).encode()), as_parquet(rows)):
        data = bytearray(whole)
        middle = len(data) // 3
        data[middle : middle + 64] = random.Random(2).randbytes(64)
        refuse(bytes(data), refusals.BrokenFile)


def test_an_unclosed_quote_names_its_row():
    data = 'text,toxic\nхорошо,0\n"плохо,1\n' + "ещё строка,0\n" * 20_000
    assert refuse(data.encode(), refusals.RowTooLong).params["row"] == 2


def test_a_line_without_end_does_not_fill_the_memory():
    refuse(b"text\n" + b"word " * 400_000, refusals.RowTooLong)


def test_a_column_that_holds_no_text_is_refused():
    refuse(as_parquet(extra=[1, 2, 3, 4]), refusals.ColumnUnsuitable, text_column="extra")


def test_random_bytes_never_break_the_reader():
    random_bytes = random.Random(7)
    seeds = [as_csv().encode(), as_json_lines().encode(), as_parquet(), gzip.compress(as_csv().encode())]
    seeds.append(zipped(a=as_csv().encode()))
    for _ in range(400):
        data = bytearray(random_bytes.choice(seeds))
        for _ in range(random_bytes.randint(1, 6)):
            data[random_bytes.randrange(len(data))] = random_bytes.randrange(256)
        try:
            read(bytes(data))
        except ChistoError as error:
            assert 400 <= error.status < 500


def test_memory_stays_constant_while_reading(tmp_path: Path):
    path = tmp_path / "big.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("comment_text,toxic\n")
        for n in range(100_000):
            out.write(f"комментарий номер {n} о погоде и о многом другом в этом городе,{n % 2}\n")
    tracemalloc.start()
    with open_table(path) as table:
        rows = sum(len(chunk.texts) for chunk in table.chunks())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == 100_000 and peak < 8 << 20
