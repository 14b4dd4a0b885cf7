"""Counters and timings for Prometheus; without any shopper's words.

Knows nothing about routes or replies beyond their figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from shopper.types import Done, ProductsShown, ReplyEvent

_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """The figures of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.turns = Counter("shopper_turns", "Turns by outcome", ["outcome"], registry=self._registry)
        self.first_card = Histogram(
            "shopper_first_card_seconds", "Time to the first card", buckets=_BUCKETS, registry=self._registry
        )
        self.turn = Histogram("shopper_turn_seconds", "Whole turn", buckets=_BUCKETS, registry=self._registry)
        self.zero_results = Counter("shopper_zero_results", "Turns without a match", registry=self._registry)
        self.relaxed = Counter(
            "shopper_relaxed", "Relaxed wishes by field", ["field"], registry=self._registry
        )

        self.tokens = Counter(
            "shopper_tokens", "Tokens of language models", ["model", "direction"], registry=self._registry
        )
        self.grounding_stops = Counter(
            "shopper_grounding_stops", "Sentences held back as not grounded", registry=self._registry
        )
        self._demand_dropped = Gauge(
            "shopper_demand_dropped", "Finds missing in the shop's report", registry=self._registry
        )

    def watch_demand(self, dropped: Callable[[], float]) -> None:
        """Tell how many finds the report lost, as `dropped` says."""
        self._demand_dropped.set_function(dropped)

    def run_ended(self, events: Sequence[ReplyEvent], usage: Mapping[str, tuple[int, int]]) -> None:
        """Count one turn by what it told, and the tokens in and out by model."""
        for model, (asked, answered) in usage.items():
            self.tokens.labels(model, "in").inc(asked)
            self.tokens.labels(model, "out").inc(answered)
        done = next((e for e in events if isinstance(e, Done)), None)
        self.turns.labels("done" if done else "failed").inc()
        if done and "first_card" in done.timings:
            self.first_card.observe(done.timings["first_card"] / 1000)
        if done:
            self.grounding_stops.inc(done.timings.get("held_back", 0))
        if done and "total" in done.timings:
            self.turn.observe(done.timings["total"] / 1000)
        for event in events:
            if isinstance(event, ProductsShown):
                if not event.page.items:
                    self.zero_results.inc()
                for relaxed in event.page.relaxed:
                    self.relaxed.labels(relaxed.field).inc()

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)
