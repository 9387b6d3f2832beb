"""The list of pictures, in the order of the page. It knows their names, not what is in them."""
import os
from collections import namedtuple

from . import comparison, exceedance, fans, joint, liquidation, loss, style, survival, sweep
from .style import NothingToDraw

# name: of the PNG file; draw: from results to a figure, or NothingToDraw with the reason.
Picture = namedtuple("Picture", "name caption draw")

PICTURES = [
    Picture("loss_distribution", "Loss distribution", loss.draw),
    Picture("loss_exceedance", "Exceedance of the loss, value at risk and expected shortfall", exceedance.draw),
    Picture("survival", "Survival", survival.draw),
    Picture("liquidation_frequency", "Liquidation frequency", liquidation.draw_frequency),
    Picture("liquidation_count", "Number of positions liquidated", liquidation.draw_count),
    Picture("joint_liquidation", "Joint liquidation against chance", joint.draw),
    Picture("sweep", "Sweep: every mode over the swept parameter", sweep.draw),
    Picture("sweep_difference", "Sweep: the modes against the first", sweep.draw_difference),
    Picture("equity_fan", "Equity over time", fans.draw_equity),
    Picture("margin_level_fan", "Margin level over time", fans.draw_margin_level),
    Picture("comparison", "The modes against each other, path by path", comparison.draw),
]


def draw_all(results, folder):
    """Writes the PNG files; returns [(picture, path)] and [(picture, why it was left out)]."""
    drawn, left_out = [], []
    for picture in PICTURES:
        path = os.path.join(folder, picture.name + ".png")
        try:
            style.save(picture.draw(results), path)
            drawn.append((picture, path))
        except NothingToDraw as reason:
            left_out.append((picture, str(reason)))
            if os.path.exists(path):
                os.remove(path)
    return drawn, left_out
