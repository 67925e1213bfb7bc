"""What of a stream is a gap, since when an account is taken to have begun, and that nothing falls between the two."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connectors.windows import Span, missing, union
from support.raw_book import instant
from warehouse.quality.gaps import Beginning, Gap, StreamFacts, ToldGap, beginning, find_gaps, words_of

AS_OF = instant("2026-11-24")
YEARS = Span(instant("2020-01-01"), AS_OF)


def _known(start: str, end: str, *, scope: str = "") -> dict[str, list[Span]]:
    return {scope: [Span(instant(start), instant(end))]}


def _began(day: str) -> Beginning:
    return Beginning(instant(day), "configured")


def _spans(gaps: list[Gap]) -> list[tuple[str, str, str]]:
    return [(f"{gap.start:%Y-%m-%d}" if gap.start else "", f"{gap.end:%Y-%m-%d}", gap.reason) for gap in gaps]


def test_beginning__configured__is_the_word_of_the_person() -> None:
    stream = StreamFacts("trades", "ok", known=_known("2024-01-01", "2026-11-24"))
    began = beginning([stream], configured=instant("2024-01-01"), first_event_at=instant("2024-03-05"))
    assert began == _began("2024-01-01")


def test_beginning__an_event_before_what_is_configured__has_the_word() -> None:
    stream = StreamFacts("trades", "ok", known=_known("2024-01-01", "2026-11-24"))
    began = beginning([stream], configured=instant("2024-01-01"), first_event_at=instant("2023-12-05"))
    assert began == Beginning(instant("2023-12-05"), "first_event")


def test_beginning__deposits_known_before_the_first_event__is_that_event() -> None:
    streams = [
        StreamFacts("deposits", "ok", known=_known("2011-07-01", "2026-11-24")),
        StreamFacts("trades", "ok", known=_known("2026-08-24", "2026-11-24")),
    ]
    began = beginning(streams, configured=None, first_event_at=instant("2024-03-05"))
    assert began == Beginning(instant("2024-03-05"), "first_event")


def test_beginning__deposits_not_known_before_the_first_event__is_what_was_asked_for_first() -> None:
    streams = [
        StreamFacts("deposits", "ok", known=_known("2025-01-01", "2026-11-24")),
        StreamFacts("ledger", "ok", known=_known("2011-07-01", "2026-11-24")),
    ]
    began = beginning(streams, configured=None, first_event_at=instant("2024-03-05"))
    assert began == Beginning(instant("2011-07-01"), "asked_from")


def test_beginning__a_file_of_the_whole_history__is_its_first_row() -> None:
    stream = StreamFacts("transactions", "ok", known=_known("2024-01-02", "2026-11-19"), is_whole=True)
    began = beginning([stream], configured=None, first_event_at=instant("2024-01-02"))
    assert began == Beginning(instant("2024-01-02"), "first_event")
    assert find_gaps(stream, began, as_of=AS_OF) == []


def test_beginning__nothing_known__is_not_known() -> None:
    assert beginning([StreamFacts("trades", "failed")], configured=None, first_event_at=None) == Beginning()


def test_gaps__a_venue_that_tells_the_last_ninety_days__misses_all_before_them_since_the_account_began() -> None:
    limit = ToldGap(Span(instant("2011-07-01"), instant("2026-08-26")), "", "the last 90 days only", AS_OF)
    stream = StreamFacts("trades", "ok", known=_known("2026-08-26", "2026-11-24"), told=[limit])
    began = Beginning(instant("2024-03-05"), "first_event")
    assert _spans(find_gaps(stream, began, as_of=AS_OF)) == [("2024-03-05", "2026-08-26", "can_not_tell")]


def test_gaps__a_stream_known_later_than_its_account_began__misses_what_is_before() -> None:
    stream = StreamFacts("trades", "ok", known=_known("2025-01-01", "2026-11-24"))
    assert _spans(find_gaps(stream, _began("2024-01-01"), as_of=AS_OF)) == [
        ("2024-01-01", "2025-01-01", "before_first_known")
    ]


def test_gaps__a_file_that_tells_all__has_none_before_its_first_row_and_none_behind_its_last() -> None:
    stream = StreamFacts("transactions", "ok", known=_known("2024-01-02", "2025-11-19"), is_stale=True, is_whole=True)
    assert find_gaps(stream, _began("2023-06-01"), as_of=AS_OF) == []


def test_gaps__a_failed_sync__misses_what_came_since_the_last_one() -> None:
    failing_since = instant("2026-11-22")
    stream = StreamFacts(
        "trades", "failed", error="no key", known=_known("2024-01-01", "2026-11-21"), failing_since=failing_since
    )
    (gap,) = find_gaps(stream, _began("2024-01-01"), as_of=AS_OF)
    assert gap == Gap("", instant("2026-11-21"), AS_OF, "failed", "the last sync failed: no key", failing_since)


def test_gaps__stale_but_not_failed__misses_what_came_since_and_fresh_does_not() -> None:
    known = _known("2024-01-01", "2026-11-21")
    stale = StreamFacts("trades", "ok", known=known, is_stale=True)
    assert _spans(find_gaps(stale, _began("2024-01-01"), as_of=AS_OF)) == [("2026-11-21", "2026-11-24", "stale")]
    assert find_gaps(StreamFacts("trades", "ok", known=known), _began("2024-01-01"), as_of=AS_OF) == []


def test_gaps__never_synced__is_everything_though_nothing_tells_since_when() -> None:
    (gap,) = find_gaps(StreamFacts("all", "never"), Beginning(), as_of=AS_OF)
    assert (gap.start, gap.end, gap.reason, gap.is_counted) == (None, AS_OF, "never_asked", True)


def test_gaps__not_offered__is_listed_and_counts_for_nothing() -> None:
    (gap,) = find_gaps(StreamFacts("conversions", "not_offered"), _began("2024-01-01"), as_of=AS_OF)
    assert (gap.reason, gap.is_counted) == ("not_offered", False)


def test_gaps__markets__have_their_own() -> None:
    known = {
        **_known("2024-01-01", "2026-11-24", scope="BTC/USD"),
        **_known("2024-06-01", "2026-11-24", scope="ETH/USD"),
    }
    (gap,) = find_gaps(StreamFacts("trades", "ok", known=known), _began("2024-01-01"), as_of=AS_OF)
    assert (gap.scope, gap.end) == ("ETH/USD", instant("2024-06-01"))


def test_words__name_account_stream_scopes_and_span() -> None:
    gap = Gap(
        "A", instant("2024-01-01"), datetime(2024, 6, 1, 12, 30, tzinfo=UTC), "failed", "the last sync failed: no"
    )
    assert words_of("k", "trades", ["A", "B", "C", "D"], gap) == (
        "k trades (A, B, C and 1 more) from 2024-01-01 to 2024-06-01 12:30: not known (the last sync failed: no)"
    )


_INSTANTS = st.integers(0, 2_500).map(lambda days: YEARS.start + timedelta(days=days))
_SPANS = st.tuples(_INSTANTS, _INSTANTS).map(lambda two: Span(min(two), max(two)))


@given(
    known=st.lists(_SPANS, min_size=1),
    told=st.lists(_SPANS),
    began=_INSTANTS,
    outcome=st.sampled_from(["ok", "failed"]),
)
def test_gaps__with_what_is_known__make_up_all_of_the_accounts_time(
    known: list[Span], told: list[Span], began: datetime, outcome: str
) -> None:
    told = [span for span in union(told) if span.start < span.end]
    spans = [rest for span in union(known) for rest in missing(span, told)]
    stream = StreamFacts(
        "trades",
        outcome,  # type: ignore[arg-type]
        known={"": spans} if spans else {},
        told=[ToldGap(span, "", "no", AS_OF) for span in told],
        is_stale=True,
    )
    gaps = [
        Span(gap.start, gap.end)
        for gap in find_gaps(stream, Beginning(began, "configured"), as_of=AS_OF)
        if gap.start is not None
    ]
    if spans or told:
        assert not missing(Span(began, AS_OF), [*spans, *gaps])
    days = [span for span in [*spans, *gaps] if span.start < span.end]
    assert sum((span.end - span.start for span in days), timedelta()) == sum(
        (span.end - span.start for span in union(days)), timedelta()
    ), "a span is both known and a gap, or a gap twice"
