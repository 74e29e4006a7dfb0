"""Copying a table with scores: nothing else changes, in any format."""

import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chisto.tables import copy_with_scores
from chisto.tables.errors import MalformedRow


def by_length(texts: list[str]) -> list[float]:
    return [min(1.0, len(text) / 20) for text in texts]


def copy(data: bytes, **options) -> tuple[bytes, object]:
    out = io.BytesIO()
    result = copy_with_scores(io.BytesIO(data), out, by_length, 0.5, **options)
    assert not out.closed
    return out.getvalue(), result


CSV = (
    "\r\n"
    "id;comment_text;date\r\n"
    '1;"привет; ""мир""\r\nдва";2024-01-01\r\n'
    "2;мат и=формула;\r\n"
    "\r\n"
    '3;  "не в начале" ;x\n'
    "4;;y\r\n"
    "5;коротко"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_every_byte_of_a_csv_stays_and_two_columns_come_after(encoding):
    written, result = copy(CSV.encode(encoding))
    expected = (
        "\r\n"
        "id;comment_text;date;toxic_score;is_toxic\r\n"
        '1;"привет; ""мир""\r\nдва";2024-01-01;0.900000;1\r\n'
        "2;мат и=формула;;0.650000;1\r\n"
        "\r\n"
        '3;  "не в начале" ;x;0.800000;1\n'
        "4;;y;;\r\n"
        "5;коротко;;0.350000;0\r\n"
    )
    assert written == expected.encode(encoding)
    assert (result.rows, result.scored, result.toxic) == (5, 4, 3)


def test_bytes_that_are_no_letters_survive_and_are_scored_as_unknown():
    data = b"text,n\n" + "хорошее длинное слово".encode() * 30 + b"\xd1,1\n"
    seen: list[str] = []
    out = io.BytesIO()
    copy_with_scores(io.BytesIO(data), out, lambda texts: seen.extend(texts) or [0.25] * len(texts), 0.5)
    assert out.getvalue() == data.replace(b",n\n", b",n,toxic_score,is_toxic\n").replace(
        b",1\n", b",1,0.250000,0\n"
    )
    assert seen[0].endswith("\ufffd")


def test_tsv_with_bare_quotes_keeps_them():
    data = 'text\tn\n"сказал он\t1\nэто "всё"\t2\n'
    written, _ = copy(data.encode())
    assert written.decode().splitlines()[1].startswith('"сказал он\t1\t0.5')


def test_a_single_column_becomes_a_csv_whose_commas_are_quoted():
    written, _ = copy("comment\nда, нет\n".encode())
    assert written.decode() == 'comment,toxic_score,is_toxic\n"да, нет",0.350000,0\n'


def test_json_lines_keep_their_spelling():
    data = '{"text": "\\u0430 б", "n": 1.50}  \n\n{"n":2}\n{"text":"длинный текст, двадцать"}'
    written, _ = copy(data.encode())
    assert written.decode() == (
        '{"text": "\\u0430 б", "n": 1.50, "toxic_score": 0.15, "is_toxic": false}  \n\n'
        '{"n":2, "toxic_score": null, "is_toxic": null}\n'
        '{"text":"длинный текст, двадцать", "toxic_score": 1.0, "is_toxic": true}\n'
    )
    assert all(json.loads(line) for line in written.decode().splitlines() if line)


def test_parquet_keeps_columns_types_and_metadata(tmp_path: Path):
    table = pa.table(
        {
            "comment_text": ["а", None, "длинный текст"],
            "tags": [["x"], [], None],
            "when": pa.array([1, 2, 3], pa.date32()),
        },
        metadata={"made_by": "us"},
    )
    pq.write_table(table, tmp_path / "a.parquet")
    copy_with_scores(tmp_path / "a.parquet", tmp_path / "b.parquet", by_length, 0.5)
    written = pq.read_table(tmp_path / "b.parquet")
    assert written.select(table.column_names).equals(table)
    assert written.schema.metadata[b"made_by"] == b"us"
    assert written["toxic_score"].to_pylist() == [0.05, None, 0.65]
    assert written["is_toxic"].to_pylist() == [False, None, True]


def test_taken_names_get_a_number():
    written, result = copy(b"text,toxic_score\nhello,0.1\n")
    assert written == b"text,toxic_score,toxic_score_2,is_toxic\nhello,0.1,0.250000,0\n"
    assert result.score_column == "toxic_score_2"


def test_formulas_are_neutralised_only_where_asked():
    data = b'text,n\n=1+1,"@x"\nplain,2\n'
    assert b"\n=1+1," in copy(data)[0]
    written, _ = copy(data, neutralize_formulas=True)
    assert written == b"text,n,toxic_score,is_toxic\n'=1+1,'@x,0.200000,0\nplain,2,0.250000,0\n"


def test_a_row_with_too_many_fields_is_named():
    with pytest.raises(MalformedRow) as caught:
        copy(b"text,n\na,1\n\nb,c,d\n")
    assert caught.value.params["row"] == 2


def test_many_rows_keep_their_order():
    data = "n,text\n" + "".join(f"{n},{'x' * (n % 20)}\n" for n in range(5000))
    written, result = copy(data.encode())
    lines = written.decode().splitlines()[1:]
    assert result.rows == 5000 and [int(line.split(",")[0]) for line in lines] == list(range(5000))
    assert lines[4999].split(",")[2] == "0.950000"
