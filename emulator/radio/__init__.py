"""The radio of a cell: path loss, line of sight, noise, rate, and the link budget that joins them.

Cell           what a radio cell is: carrier, bandwidth, powers, duplex; a scenario's `cells` section
Channel        what is drawn once for a radio link: line of sight and shadowing
LinkBudget     the result: path loss, noise, SNR, spectral efficiency, rate
link_budget    from distance and channel to a rate; draw_channel draws the channel from the link's own stream
pathloss       3GPP TR 38.901 UMi street canyon;  noise: kTB;  rate: truncated Shannon of 3GPP TR 38.803
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
