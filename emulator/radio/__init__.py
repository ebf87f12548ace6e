"""The radio of a cell: path loss, line of sight, noise, rate, and the link budget that joins them.

Cell           what a radio cell is: carrier, bandwidth, powers, duplex; a scenario's `cells` section
Channel        what is drawn once for a radio link: line of sight and shadowing
LinkBudget     the result: path loss, noise, SNR, spectral efficiency, rate
link_budget    from distance and channel to a rate; draw_channel draws the channel from the link's own stream
pathloss       3GPP TR 38.901 UMi street canyon;  noise: kTB;  rate: truncated Shannon of 3GPP TR 38.803
"""

import importlib

_HOME = {
    "Cell": "cell",
    "Channel": "cell",
    "LinkBudget": "cell",
    "UMI_SHADOW_DB": "pathloss",
    "draw_channel": "cell",
    "link_budget": "cell",
    "rate_bps": "rate",
    "spectral_efficiency": "rate",
    "thermal_noise_dbm": "noise",
    "umi_los_probability": "pathloss",
    "umi_path_loss_db": "pathloss",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
