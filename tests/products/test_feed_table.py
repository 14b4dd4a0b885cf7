"""Delimited text: rows know their lines, and one broken row doesn't take the others with it."""

from __future__ import annotations

import pytest

from shopper.errors import FeedError
from shopper.products.feeds.draft import RowError
from shopper.products.feeds.table import Row, read_table
from shopper.products.feeds.words import column_name, decode, plain, slug


def lines(text: str) -> list[tuple[int, str]]:
    return [(r.line, r.get("title")) for r in read_table(text).rows if isinstance(r, Row)]


def errors(text: str) -> list[int]:
    return [r.line for r in read_table(text).rows if isinstance(r, RowError)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_header(delimiter: str) -> None:
    text = f"id{delimiter}title\n1{delimiter}a, b; c"
    if delimiter in ",;":
        text = f'id{delimiter}title\n1{delimiter}"a, b; c"'
    assert lines(text) == [(2, "a, b; c")]


def test_a_row_is_named_by_the_line_it_starts_at() -> None:
    text = 'id,title,price\r\n\r\n1,"two\r\nlines",5\r\n2,b,6\r\n'
    assert lines(text) == [(3, "two\nlines"), (5, "b")]


def test_a_form_feed_is_no_line_break() -> None:
    assert lines("id,title\n1,a\x0cb\u2028c\n2,d") == [(2, "a\x0cb\u2028c"), (3, "d")]


def test_missing_cells_at_the_end_read_as_empty_and_extra_ones_are_an_error() -> None:
    text = "id,title,price\n1,a\n2,b,3,4\n3,c,5,\n"
    assert lines(text) == [(2, "a"), (4, "c")]
    assert errors(text) == [3]


def test_a_quote_that_is_never_closed_costs_one_row() -> None:
    text = 'id,title,price\n1,"broken,5\n2,b,6\n3,c,7\n'
    assert errors(text) == [2]
    assert lines(text) == [(3, "b"), (4, "c")]


def test_a_quote_that_closes_in_a_later_row_costs_one_row() -> None:
    text = 'id,title,price\n1,"broken,5\n2,b,6\n3,"c",7\n4,d,8\n'
    assert errors(text) == [2]
    assert lines(text) == [(3, "b"), (4, "c"), (5, "d")]


def test_an_open_quote_in_the_last_column_costs_one_row() -> None:
    text = 'id,title,price\n1,a,"5\n2,b,6\n'
    assert errors(text) == [2]
    assert lines(text) == [(3, "b")]


def test_headers_are_known_in_any_spelling() -> None:
    assert column_name("\ufeff Variant Price ") == column_name("variant_price") == "variant_price"
    assert column_name("Google Shopping / Gender") == "google_shopping_gender"


@pytest.mark.parametrize("text", ["", "   \n", "one column\nvalue\n"])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(FeedError):
        read_table(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_every_common_encoding_is_read(encoding: str) -> None:
    text = "id,title,price\n" + "1,Größe für Zoë,49 €\n" * 20
    assert decode(text.encode(encoding)) == text


def test_one_line_in_another_encoding_does_not_garble_the_rest() -> None:
    data = "1,café\n".encode() + "2,naïve\n".encode("cp1252")
    assert decode(data) == "1,café\n2,naïve\n"


def test_html_becomes_lines_of_plain_text() -> None:
    html = "<p>Soft &amp; warm.</p>\n<script>alert(1)</script>"
    html += "<ul><li>Machine&nbsp;wash</li><li>&bull; 100% wool</li></ul>"
    assert plain(html) == "Soft & warm.\nMachine wash\n100% wool"
    assert plain("size < 5 & > 3") == "size < 5 & > 3"


def test_a_slug_holds_only_letters_that_are_safe_in_ids() -> None:
    assert slug("Midnight Navy") == "midnight-navy"
    assert slug("Größe 38½") == "gro-e-381-2" or slug("Größe 38½").isascii()
    assert slug("黒") != slug("白")
