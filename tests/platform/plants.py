"""Wrong answers on purpose. Each takes an answer of the platform, and says what goes out instead; with each of them
planted, journeys have to fail."""


def nothing(status, headers, body):
    """All is as it is."""
    return status, headers, body


def no_cookies(status, headers, body):
    """Set-Cookie is lost on the way, as by a platform that knows no `cookies` array."""
    return status, [(name, value) for name, value in headers if name.lower() != "set-cookie"], body


def no_refusals(status, headers, body):
    """Who is refused is told that all is well."""
    return 200 if status in (401, 403) else status, headers, body


def no_versions(status, headers, body):
    """ETag is lost on the way."""
    return status, [(name, value) for name, value in headers if name.lower() != "etag"], body


PLANTS = {"nothing": nothing, "no-cookies": no_cookies, "no-refusals": no_refusals, "no-versions": no_versions}
