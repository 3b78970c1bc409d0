"""The profiles that come with the product."""

from app.intake.profiles.base import Profile
from app.intake.profiles.canonical import CANONICAL
from app.intake.profiles.heatmap import HEATMAP
from app.intake.profiles.im import IM

BUILT_IN: dict[str, Profile] = {profile.code: profile for profile in (IM, HEATMAP, CANONICAL)}
