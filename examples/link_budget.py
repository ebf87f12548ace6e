"""A link budget over distance: what a radio link achieves before anybody shares its cell.

Path loss and the chance of a line of sight are those of 3GPP TR 38.901 for street canyons (UMi), the rate is the
truncated Shannon bound of TR 38.803. A scenario's `cells` section is this Cell: its keys are the fields without unit.
"""

import numpy as np

from wayfare.emulator.radio import Cell, link_budget

cell = Cell(model="umi", carrier_hz=7e9, bandwidth_hz=100e6, site_antenna_gain_db=8.0)
distances_m = np.array([20.0, 50.0, 100.0, 200.0, 400.0])

# Functions of the radio take numbers or arrays. Shadow fading is drawn for each link of a run; here it is left out.
seen = link_budget(cell, distances_m, los=True, shadow_db=0.0, direction="up")
hidden = link_budget(cell, distances_m, los=False, shadow_db=0.0, direction="up")
_, device_height_m = cell.heights_m

print(f"uplink at 7 GHz, noise {seen.noise_dbm:.2f} dBm")
print("distance   sight    path loss [dB]    SNR [dB]       rate [Mbit/s]")
print("   [m]     chance    seen   hidden   seen   hidden    seen   hidden")
for at, distance_m in enumerate(distances_m):
    chance = cell.path_loss.los_probability(distance_m, device_height_m)
    print(
        f"{distance_m:6.0f}    {chance:7.3f}  {seen.path_loss_db[at]:7.2f} {hidden.path_loss_db[at]:7.2f}"
        f"{seen.snr_db[at]:8.2f} {hidden.snr_db[at]:7.2f}"
        f"{seen.rate_bps[at] / 1e6:9.1f} {hidden.rate_bps[at] / 1e6:7.1f}"
    )
