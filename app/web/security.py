"""Headers every answer carries: nothing from outside, nothing inline, not in a foreign frame."""

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
