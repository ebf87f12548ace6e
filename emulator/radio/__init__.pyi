from .blockage import Blockers as Blockers, MovingBlockers as MovingBlockers, blockage_db as blockage_db
from .budget import LinkBudget as LinkBudget, link_budget as link_budget
from .cell import Cell as Cell
from .channel import Channel as Channel, draw_channel as draw_channel
from .ci import CI as CI
from .gas import specific_attenuation_db_per_km as specific_attenuation_db_per_km
from .handover import A3 as A3, Handover as Handover
from .inh import InH as InH
from .interference import (
    RadioField as RadioField,
    downlink as downlink,
    received_dbm as received_dbm,
    uplink as uplink,
)
from .mcs import MCS_TABLES as MCS_TABLES, mcs_efficiency as mcs_efficiency, row_efficiencies as row_efficiencies
from .noise import thermal_noise_dbm as thermal_noise_dbm
from .pathloss import PathLossModel as PathLossModel
from .peak import OVERHEAD as OVERHEAD, peak_rate_bps as peak_rate_bps
from .power import BASE_STATIONS as BASE_STATIONS, SitePower as SitePower
from .propagation import PATH_LOSS as PATH_LOSS
from .rate import rate_bps as rate_bps, spectral_efficiency as spectral_efficiency
from .rma import RMa as RMa
from .shadowing import moved_shadow_db as moved_shadow_db
from .sidelink import (
    SIDELINK_SOURCES as SIDELINK_SOURCES,
    Sidelink as Sidelink,
    SidelinkChannel as SidelinkChannel,
    draw_sidelink as draw_sidelink,
    sidelink_budget as sidelink_budget,
)
from .sources import DEFAULT_SOURCES as DEFAULT_SOURCES
from .uma import UMa as UMa
from .umi import UMi as UMi
