"""The list of pictures, in the order of the page. It knows their names, not what is in them."""
import os
from collections import namedtuple
from functools import partial

from . import attribution, comparison, exceedance, fans, joint, liquidation, loss, sensitivity, style, survival, sweep, together
from .sensitivity import LIQUIDATIONS, TAIL
from .style import NothingToDraw

# name: of the PNG file; draw: from results to a figure, or NothingToDraw with the reason.
Picture = namedtuple("Picture", "name caption draw")

PICTURES = [
    Picture("loss_distribution", "Loss distribution", loss.draw),
    Picture("loss_exceedance", "Exceedance of the loss, value at risk and expected shortfall", exceedance.draw),
    Picture("contributions", "Where the tail comes from: expected shortfall by position", attribution.draw_contributions),
    Picture("sweep", "Sweep: every mode over the swept parameter", sweep.draw),
    Picture("sweep_difference", "Sweep: the modes against the first", sweep.draw_difference),
    Picture("correlation_sensitivity", "What correlation does to the tail", partial(sensitivity.draw_correlations, measure=TAIL)),
    Picture("liquidation_correlation_sensitivity", "What correlation does to liquidations",
            partial(sensitivity.draw_correlations, measure=LIQUIDATIONS)),
    Picture("volatility_sensitivity", "What volatility does to the tail", partial(sensitivity.draw_volatilities, measure=TAIL)),
    Picture("liquidation_volatility_sensitivity", "What volatility does to liquidations",
            partial(sensitivity.draw_volatilities, measure=LIQUIDATIONS)),
    Picture("common_factor", "The common factor that hurts most", sensitivity.draw_factor),
    Picture("tail_correlation", "How the assets move together in the tail", together.draw_tail_correlation),
    Picture("survival", "Survival", survival.draw),
    Picture("liquidation_frequency", "Liquidation frequency", liquidation.draw_frequency),
    Picture("liquidation_count", "Number of positions liquidated", liquidation.draw_count),
    Picture("joint_liquidation", "Joint liquidation against chance", joint.draw),
    Picture("conditional_liquidation", "Liquidations given one", together.draw_conditional),
    Picture("contagion", "Contagion inside the pools", together.draw_contagion),
    Picture("loss_given_liquidation", "Loss given a liquidation", attribution.draw_given),
    Picture("equity_fan", "Equity over time", fans.draw_equity),
    Picture("margin_level_fan", "Margin level over time", fans.draw_margin_level),
    Picture("comparison", "The modes against each other, path by path", comparison.draw),
]


def by_reason(left_out):
    """What was left out in words, from [(caption, reason)]: captions of one reason together."""
    captions = {}
    for caption, reason in left_out:
        captions.setdefault(str(reason), []).append(caption)
    return [f"{', '.join(found)} ({reason})" for reason, found in captions.items()]


def draw_all(results, folder):
    """Writes the PNG files; returns [(picture, path)] and [(caption, why it was left out)]."""
    drawn, left_out = [], []
    for picture in PICTURES:
        path = os.path.join(folder, picture.name + ".png")
        try:
            style.save(picture.draw(results), path)
            drawn.append((picture, path))
        except NothingToDraw as reason:
            left_out.append((picture.caption, reason))
            if os.path.exists(path):
                os.remove(path)
    return drawn, left_out
