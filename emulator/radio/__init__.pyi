from .cell import (
    Cell as Cell,
    Channel as Channel,
    LinkBudget as LinkBudget,
    draw_channel as draw_channel,
    link_budget as link_budget,
)
from .noise import thermal_noise_dbm as thermal_noise_dbm
from .pathloss import (
    UMI_SHADOW_DB as UMI_SHADOW_DB,
    umi_los_probability as umi_los_probability,
    umi_path_loss_db as umi_path_loss_db,
)
from .rate import rate_bps as rate_bps, spectral_efficiency as spectral_efficiency
