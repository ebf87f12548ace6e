"""The rate of each link now: what its wire or its air carries, less what is lost.

Several things may change one link: a profile or the radio what it carries, outages of Gilbert and Elliott what of that
arrives. All of them change it here. Where nothing passes, what is on the link waits and then goes on; its way stays.
"""

import math
from collections.abc import Collection, Mapping
from functools import partial

from .changes import Change, VaryingLinks
from .clock import Clock, Turn
from .links import Link
from .network import FluidNetwork
from .records import EventKind, RunWriter
from .transport import Transport


class LinkRates:
    """The one owner of links' rates, losses and delays during a run."""

    def __init__(self, clock: Clock, network: FluidNetwork, transport: Transport, writer: RunWriter) -> None:
        self._clock, self._network, self._transport, self._writer = clock, network, transport, writer
        self._plain_bps: dict[Link, float] = {}
        self._own_received: dict[Link, float] = {}
        self._received: dict[Link, dict[VaryingLinks, float]] = {}

    def follow(self, varying: VaryingLinks) -> None:
        """Look forward to the next change of links that vary."""
        change = next(varying.changes, None)
        if change is not None:
            action = partial(self._change, varying, change)
            self._clock.at(change.time_s, Turn.FAULT, varying.links[0].index, action)

    def set_rates(self, rates_bps: Mapping[Link, float]) -> None:
        """Give links other rates from now on, their own loss taken off; at 0 what is on them waits [bit/s].

        Both directions of a half-duplex wire must be told. The rates of radio links are not recorded as events.
        """
        for link in rates_bps:
            self._know(link)
        fresh = {link: rate_bps for link, rate_bps in rates_bps.items() if rate_bps != self._plain_bps[link]}
        self._plain_bps.update(fresh)
        self._apply(fresh, recorded=[link for link in fresh if not link.radio])

    def _change(self, varying: VaryingLinks, change: Change) -> None:
        for link in varying.links:
            self._know(link)
        if change.delay_s is not None:
            self._delay(varying.links, change.delay_s)
        if change.received is not None:
            for link in varying.links:
                self._received[link][varying] = change.received
            self._apply(varying.links, recorded=varying.links)
        if change.capacity_bps is not None:
            self.set_rates({link: change.capacity_bps * self._own_received[link] for link in varying.links})
        self.follow(varying)

    def _know(self, link: Link) -> None:
        """Note what a link was before anything changed it."""
        if link not in self._plain_bps:
            self._plain_bps[link], self._own_received[link], self._received[link] = link.rate_bps, 1.0 - link.loss, {}

    def _apply(self, links: Collection[Link], recorded: Collection[Link]) -> None:
        """Give links the rates that follow from all that is known of them."""
        before_bps = {link: link.now_bps for link in links}
        received = {link: math.prod(self._received[link].values()) for link in links}
        passing = {link: rate for link in links if (rate := self._plain_bps[link] * received[link]) > 0}
        self._let_pass([link for link in links if link not in passing and not link.stopped], passes=False)
        fresh = {link: 0.0 for link in links if link.radio and self._plain_bps[link] == 0}
        for link, rate_bps in passing.items():
            loss = 1.0 - self._own_received[link] * received[link]
            if (rate_bps, loss) != (link.rate_bps, link.loss):
                fresh[link], link.loss = rate_bps, loss
        if fresh:
            self._network.set_rates(fresh)
        for link in fresh:
            self._transport.tables.refresh(link)
        self._let_pass([link for link in passing if link.stopped], passes=True)
        for link in recorded:
            if link.now_bps != before_bps[link]:
                self._writer.event(self._clock.now, EventKind.LINK_RATE, link.source, link.target, value=link.now_bps)

    def _let_pass(self, links: Collection[Link], passes: bool) -> None:
        for link in links:
            link.stopped = not passes
        if links:
            self._transport.hold(links, held=not passes)

    def _delay(self, links: Collection[Link], delay_s: float) -> None:
        """Let what leaves links from now on take so long."""
        changed = [link for link in links if link.delay_s != delay_s]
        for link in changed:
            link.take_delay(delay_s)
            self._transport.tables.refresh(link)
            self._writer.event(self._clock.now, EventKind.LINK_DELAY, link.source, link.target, value=delay_s)
        self._network.ask_anew(changed)
