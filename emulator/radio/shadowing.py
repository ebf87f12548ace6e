"""Shadow fading of a link whose end moves: correlated in space, 3GPP TR 38.901 v16.1, clause 7.4.4.

The autocorrelation over a displacement dx is exp(-|dx| / dcor) (Gudmundson, Correlation Model for Shadow Fading in
Mobile Radio Systems, Electronics Letters, 1991). Along a straight path the recursion here has exactly that law,
whatever the steps; along a bent one it decays with the length of the path. Links are independent of each other: the
correlation between a device's links to several sites is not modelled.
"""

import numpy as np

from .values import Values


def moved_shadow_db(
    shadow_db: Values, moved_m: Values, deviate: Values, *, sigma_db: Values, decorrelation_m: Values
) -> Values:
    """Return the shadow fading after a move: R s + sqrt(1 - R^2) sigma z, with R = exp(-dx / dcor) [dB].

    A link whose line of sight changes has another sigma: draw it anew (`sigma_db * deviate`) instead.

    Args:
        shadow_db: Shadow fading s before the move [dB].
        moved_m: Displacement dx since then [m].
        deviate: A standard normal number z from the link's own stream.
        sigma_db: Standard deviation of the shadow fading [dB].
        decorrelation_m: Decorrelation distance dcor [m].

    Raises:
        ValueError: The displacement is negative, or the decorrelation distance not positive.
    """
    if not (np.all(np.greater_equal(moved_m, 0.0)) and np.all(np.greater(decorrelation_m, 0.0))):
        raise ValueError(
            f"the displacement is {moved_m!r} m and the decorrelation distance {decorrelation_m!r} m; "
            "the first must not be negative and the second must be positive"
        )
    kept = np.exp(-moved_m / decorrelation_m)
    # 1 - R^2 by expm1: a step of a millimetre leaves nothing of it otherwise.
    fresh = np.sqrt(-np.expm1(-2.0 * moved_m / decorrelation_m))
    moved: Values = kept * shadow_db + fresh * sigma_db * deviate
    return moved
