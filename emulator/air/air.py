"""The radio of a run, brought up to date at regular looks."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from wayfare.emulator.clock import Clock, Turn
from wayfare.emulator.links import Link
from wayfare.emulator.meter import Meter
from wayfare.emulator.network import FluidNetwork
from wayfare.emulator.radio import A3
from wayfare.emulator.radio_links import Attachment
from wayfare.emulator.rates import LinkRates
from wayfare.emulator.records import EventKind, RunWriter
from wayfare.emulator.transport import Transport
from wayfare.emulator.wiring import Wiring

from .cell_signals import CellSignals
from .places import Places
from .plan import AirPlan
from .sidelink_signals import SidelinkSignals


class Air:
    """Looks at the radio every ``update_s``: places, fading and blockage first, then handovers, then rates.

    Interference is that of what was sent since the last look. A link whose signal is too weak for any rate is down
    until it has one again. A device that changes its site can neither send nor receive for the interruption; what was
    on its way is treated as the forwarding plan says of interruptions. Only devices that move, with one site at a time,
    change it; every edge site with a place may serve them.

    Attributes:
        handovers: How many there were.
    """

    def __init__(
        self,
        clock: Clock,
        network: FluidNetwork,
        rates: LinkRates,
        transport: Transport,
        wiring: Wiring,
        meter: Meter,
        writer: RunWriter,
        plan: AirPlan,
        stream: Callable[..., np.random.Generator],
    ) -> None:
        self._clock, self._network, self._rates, self._transport = clock, network, rates, transport
        self._wiring = wiring
        self._meter, self._writer, self._plan = meter, writer, plan
        self.handovers = 0
        radio = wiring.radio
        self._places = Places(radio.positions_m, plan.legs, writer)
        self._places.move(0.0)
        sites = radio.sites(wiring.tiers, roaming=plan.handover is not None)
        self._cells = CellSignals(radio, wiring.names, sites, stream, plan.blockers)
        self._sidelinks = SidelinkSignals(radio, wiring.names, stream)
        self._roaming = self._roaming_rows()
        self._events = (
            A3(plan.handover, self._cells.serving, len(self._cells.sites)) if plan.handover and self._roaming else None
        )
        self._dark: set[Link] = set()
        self._seen_s, self._loaded_s = 0.0, np.zeros(len(wiring.links))

    def begin(self) -> None:
        """Look for the first time, now, and from then on regularly."""
        self._look(0)

    def _roaming_rows(self) -> list[int]:
        """Return the attachments whose device moves and has no other."""
        devices = [attachment.device for attachment in self._wiring.radio.attachments]
        moving, times = set(map(int, self._places.moving)), Counter(devices)
        return [row for row, device in enumerate(devices) if device in moving and times[device] == 1]

    def _look(self, number: int) -> None:
        now_s = self._clock.now
        self._places.move(now_s)
        self._cells.move(now_s)
        self._sidelinks.move()
        busy = self._busy() if self._plan.interference else None
        if self._events is not None:
            self._change_sites(self._events, now_s)
        self._set_rates(self._signals(busy))
        self._clock.at((number + 1) * self._plan.update_s, Turn.RADIO, 0, partial(self._look, number + 1))

    def _busy(self) -> NDArray[np.float64]:
        """Return the share of the time since the last look that each link sent."""
        self._network.meter_now()
        loaded_s, span_s = self._meter.loaded_s(), self._clock.now - self._seen_s
        busy = (loaded_s - self._loaded_s) / span_s if span_s > 0 else np.zeros(len(loaded_s))
        self._seen_s, self._loaded_s = self._clock.now, loaded_s
        return busy

    def _change_sites(self, events: A3, now_s: float) -> None:
        received_dbm = self._cells.received_dbm("down")
        received_dbm[:, [self._transport.is_dead(int(site)) for site in self._cells.sites]] = -np.inf
        targets = events.update(now_s, received_dbm, self._cells.serving)
        for row in self._roaming:
            if targets[row] >= 0:
                self._hand_over(self._wiring.radio.attachments[row], row, int(targets[row]))

    def _hand_over(self, attachment: Attachment, row: int, column: int) -> None:
        links, old, new = (attachment.down, attachment.up), attachment.site, int(self._cells.sites[column])
        self.handovers += 1
        self._writer.event(self._clock.now, EventKind.HANDOVER, attachment.device, new, value=float(old))
        self._cells.serving[row] = column
        self._transport.hold(links, held=True)
        self._transport.move(links, partial(self._wiring.rehome, attachment, new))
        assert self._plan.handover is not None
        let_go = partial(self._transport.hold, links, held=False)
        self._clock.after(self._plan.handover.interruption_s, Turn.FAULT, attachment.down.index, let_go)

    def _signals(self, busy: NDArray[np.float64] | None) -> Iterator[tuple[Link, float, float]]:
        """Yield each radio link with its ratio [dB] and its rate [bit/s]."""
        attachments, pairs = self._wiring.radio.attachments, self._wiring.radio.pairs
        for direction in ("down", "up") if attachments else ():
            links: list[Link] = [getattr(attachment, direction) for attachment in attachments]
            share = None if busy is None else busy[[link.index for link in links]]
            yield from zip(links, *map(np.ndarray.tolist, self._cells.served(direction, share)), strict=True)
        if pairs:
            for pair, sinr_db, rate_bps in zip(pairs, *map(np.ndarray.tolist, self._sidelinks.rates()), strict=True):
                yield from ((link, sinr_db, rate_bps) for link in pair.links)

    def _set_rates(self, signals: Iterator[tuple[Link, float, float]]) -> None:
        rates_bps: dict[Link, float] = {}
        for link, sinr_db, rate_bps in signals:
            link.sinr_db = sinr_db
            rates_bps[link] = rate_bps
        lost = [link for link, rate_bps in rates_bps.items() if rate_bps <= 0 and link not in self._dark]
        found = [link for link, rate_bps in rates_bps.items() if rate_bps > 0 and link in self._dark]
        for link in lost:
            self._transport.set_link(link, up=False)
        self._rates.set_rates(rates_bps)
        for link in found:
            self._transport.set_link(link, up=True)
        self._dark.update(lost)
        self._dark.difference_update(found)
