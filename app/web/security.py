"""Headers every answer carries: nothing from outside, nothing inline, not in a foreign frame."""

from urllib.parse import urlsplit

_POLICY = (
    "default-src 'self'",
    "img-src 'self' data:",  # the component stylesheet draws its arrows as data URLs
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
SECURITY_HEADERS: dict[str, str] = {
    "content-security-policy": "; ".join(_POLICY),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
PAGE_CACHE = "private, no-cache"
"""For whatever sets no other: pages hold people's data and must not be shown stale."""


def security_headers(tiles_url: str) -> dict[str, str]:
    """`SECURITY_HEADERS`; pictures may come from the tile server that an installation names."""
    parts = urlsplit(tiles_url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return SECURITY_HEADERS
    host = parts.netloc.replace("{s}", "*")
    wider = f"img-src 'self' data: {parts.scheme}://{host}"
    policy = "; ".join(wider if rule.startswith("img-src") else rule for rule in _POLICY)
    return {**SECURITY_HEADERS, "content-security-policy": policy}
