"""The radio of a cell: path loss, line of sight, noise, rate, and the link budget that joins them.

Cell           what a radio cell is: model, carrier, bandwidth, powers, duplex; a scenario's `cells` section
Channel        what is drawn once for a radio link: line of sight and shadowing (draw_channel)
LinkBudget     path loss, noise, SNR, spectral efficiency, rate (link_budget, from a distance and a channel)
PATH_LOSS      the propagation models by name: UMa, UMi, InH and RMa of 3GPP TR 38.901, and CI, close-in free space
PathLossModel  what each of them gives: path_loss_db, los_probability, shadow_sigma_db, decorrelation_m
RadioField     SINR and rate of every device at every site (downlink, uplink) under interference from loaded cells
gas            absorption by oxygen and water vapour, ITU-R P.676-12;  noise: kTB
rate, mcs      truncated Shannon of 3GPP TR 38.803; MCS tables of TS 38.214;  peak: highest rate of TS 38.306
shadowing      shadow fading of a link whose end moves;  sources: where each default of a cell comes from
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
