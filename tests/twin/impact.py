"""How the account's own closing orders move the prices that it sees. One number an asset: the displaced volume E (units of
the asset, > 0 after net selling), which decays with a half-life; the price is F e^{-x(E)}, and a sale from E0 to E1 gets F
times the integral of e^{-x} over E."""
import copy
import math

from .amounts import hours, of_asset

LARGEST = 3.0  # |x|
NOTHING = 1e-9  # a displacement below it is none


class Impact:
    def __init__(self, terms, names, initial):
        terms = terms or {}
        self.square_root = terms.get("shape") == "square-root"
        self.half_life = hours(terms.get("half_life", "2 min"))
        depths = [of_asset(terms.get("depth"), name) for name in names]
        self.scale = [0.01 * price / depth if depth else 0.0 for price, depth in zip(initial, depths)]
        self.factor = 1.0
        self.volume = [0.0] * len(names)

    def copy(self):
        other = copy.copy(self)
        other.volume = list(self.volume)
        return other

    def per_unit(self, asset):
        """What the depth makes of a unit: x of the first one (linear), x^2 of it (square root)."""
        return self.scale[asset] / self.factor * (0.01 if self.square_root else 1.0)

    def displacement(self, asset, volume=None):
        """x(E)."""
        volume = self.volume[asset] if volume is None else volume
        size = abs(volume) * self.per_unit(asset)
        size = math.sqrt(size) if self.square_root else size
        return math.copysign(min(size, LARGEST), volume)

    def takings(self, asset, volume):
        """The integral of e^{-x} from 0 to a volume."""
        unit = self.per_unit(asset)
        if unit == 0.0:
            return volume
        at_most = (LARGEST * LARGEST if self.square_root else LARGEST) / unit
        inner = math.copysign(min(abs(volume), at_most), volume)
        x = self.displacement(asset, inner)
        return inner * self.mean_price(x) + (volume - inner) * math.exp(-x)

    def mean_price(self, x):
        """The mean of e^{-x} from the undisplaced price to x, over volume."""
        if not self.square_root:
            return -math.expm1(-x) / x if x != 0.0 else 1.0
        if abs(x) > 0.5:
            return 2.0 * (1.0 - (1.0 + x) * math.exp(-x)) / (x * x)
        return sum(2.0 * (-x) ** k / (math.factorial(k) * (k + 2)) for k in range(18))

    def cost(self, asset, mark, quantity):
        """What a sale of the quantity (bought: negative) at the mark costs against it; >= 0."""
        before = self.volume[asset]
        undisplaced = mark * math.exp(self.displacement(asset))
        taken = undisplaced * (self.takings(asset, before + quantity) - self.takings(asset, before))
        return max(quantity * mark - taken, 0.0) if self.scale[asset] else 0.0

    def displace(self, asset, quantity):
        if self.scale[asset]:
            self.volume[asset] += quantity

    def after(self, dt):
        """The volumes after some hours."""
        return [volume * 2.0 ** (-dt / self.half_life) for volume in self.volume]

    def forget_traces(self):
        for asset, volume in enumerate(self.volume):
            if abs(self.displacement(asset)) < NOTHING:
                self.volume[asset] = 0.0

    def set_depth(self, factor):
        """Another depth of the book: the price stays where it is."""
        self.volume = [volume * factor / self.factor for volume in self.volume]
        self.factor = factor
