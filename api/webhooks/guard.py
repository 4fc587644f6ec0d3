"""Which URLs and addresses may be called: public ones, and those of networks that the operator allows."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote, urlsplit

from optimizer.errors import PaigongError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

#: Longer URLs are refused; common servers read no longer ones.
MAX_URL_CHARS = 2_048

_WAY_OUT = "if that network is yours, the operator may allow it in PAIGONG_WEBHOOK_NETWORKS."

#: Why a URL is refused, by code.
REFUSALS = {
    "url_too_long": f"The URL has more than {MAX_URL_CHARS} characters.",
    "url_characters": "The URL holds a blank, a backslash or a control character; write it percent-encoded.",
    "url_malformed": "This is not a URL; expected https://host/path.",
    "url_scheme": "The URL does not start with https://.",
    "url_plain": f"http:// goes to allowed networks only. Use https://; {_WAY_OUT}",
    "url_credentials": "The URL holds a user name or password. Take it out; deliveries are signed instead.",
    "url_fragment": "The URL holds '#'. Take it out with what follows; it would never be sent.",
    "url_no_host": "The URL names no host; expected https://host/path.",
    "url_host": "'{host}' is not a host name. Check the spelling; its ASCII form (xn--...) always works.",
    "url_port": "The port is not a number from 1 to 65535.",
    "host_unknown": "'{host}' has no address. Check the spelling, or the name server of this machine.",
    "address_unspecified": f"'{{host}}' leads to no address in particular (0.0.0.0 or ::); {_WAY_OUT}",
    "address_loopback": f"'{{host}}' leads to the service's own machine; {_WAY_OUT}",
    "address_link_local": f"'{{host}}' leads to a link-local address; {_WAY_OUT}",
    "address_private": f"'{{host}}' leads into a private network; {_WAY_OUT}",
    "address_shared": f"'{{host}}' leads into a provider's shared network (100.64.0.0/10); {_WAY_OUT}",
    "address_multicast": f"'{{host}}' leads to a multicast address; {_WAY_OUT}",
    "address_reserved": f"'{{host}}' leads to an address that is not public; {_WAY_OUT}",
}

#: What is not public, by code, the narrower first; IANA's special-purpose registries of 2024. Written out, because
#: `is_global` changes between patch versions of Python and lets multicast and 6to4 relays through.
_NOT_PUBLIC: tuple[tuple[str, Network], ...] = tuple(
    (code, ip_network(network))
    for code, networks in (
        ("address_unspecified", "0.0.0.0/32 ::/128"),
        ("address_loopback", "127.0.0.0/8 ::1/128"),
        ("address_link_local", "169.254.0.0/16 fe80::/10"),
        ("address_private", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10"),
        ("address_shared", "100.64.0.0/10"),
        ("address_multicast", "224.0.0.0/4 ff00::/8"),
        ("address_reserved", "0.0.0.0/8 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.18.0.0/15 198.51.100.0/24"),
        ("address_reserved", "203.0.113.0/24 240.0.0.0/4 2001::/23 2001:db8::/32 3fff::/20"),
    )
    for network in networks.split()
)
_PUBLIC_IPV6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")

_HOST_AND_PORT = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::(.*))?")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
#: A name that ends so is an IPv4 address to resolvers, however it is spelled (WHATWG URL, "ends in a number").
_NUMBER_LAST = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$")
#: Python's IDNA of 2003 turns these into other letters, and so the name into somebody else's; that of 2008 does not.
_OTHER_NAME = frozenset("ßẞς")


class RefusedUrlError(PaigongError):
    """A URL may not be called. `code` is a key of `REFUSALS`, its sentence the message."""

    def __init__(self, code: str, host: str = "") -> None:
        super().__init__(REFUSALS[code].format(host=host))
        self.code = code
        self.host = host


@dataclass(frozen=True, slots=True)
class Target:
    """Where a checked URL leads: the host as the certificate names it, the path with its query."""

    is_plain: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The header `Host`: IPv6 in brackets, the port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (80 if self.is_plain else 443) else f"{host}:{self.port}"


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system's resolver gives them."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def refusal_of(address: Address) -> str | None:
    """Return why an address is not public, as a code of `REFUSALS`; `None` says that it is.

    IPv4 inside IPv6 (mapped, 6to4, NAT64) counts as what it leads to: `::ffff:127.0.0.1` is loopback.
    """
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return refusal_of(inner)
    for code, network in _NOT_PUBLIC:
        if address in network:
            return code
    is_public = address.is_global and (address.version == 4 or address in _PUBLIC_IPV6)
    return None if is_public else "address_reserved"


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Decide which URLs the service may call, so that nobody reaches through it what only it can reach (SSRF).

    Parameters
    ----------
    allowed_networks
        Networks that may be called although they are not public, and by plain http.
    lookup
        Returns the addresses of a host name and port.
    """

    allowed_networks: tuple[Network, ...] = ()
    lookup: Callable[[str, int], Sequence[str]] = look_up

    def check_url(self, url: str) -> Target:
        """Return where a URL leads, or raise `RefusedUrlError`; an address in it is checked, a name is not looked up.

        >>> AddressGuard().check_url("https://Bücher.example/hook?branch=7").host_header
        'xn--bcher-kva.example'
        """
        if len(url) > MAX_URL_CHARS:
            raise RefusedUrlError("url_too_long")
        if not url.isprintable() or " " in url or "\\" in url:
            raise RefusedUrlError("url_characters")
        try:
            parts = urlsplit(url)
        except ValueError:
            # What stands in brackets is looked at by some versions of Python here already, and by `_host_and_port`.
            netloc = re.split("[/?#]", url.partition("//")[2])[0]
            if "[" in netloc and "]" in netloc:
                raise RefusedUrlError("url_host", netloc) from None
            raise RefusedUrlError("url_malformed") from None
        if parts.scheme not in ("http", "https"):
            raise RefusedUrlError("url_scheme")
        if "@" in parts.netloc:
            raise RefusedUrlError("url_credentials")
        if "#" in url:
            raise RefusedUrlError("url_fragment")
        is_plain = parts.scheme == "http"
        host, port = _host_and_port(parts.netloc, default_port=80 if is_plain else 443)
        try:
            address = ip_address(host)
        except ValueError:
            if is_plain and not self.allowed_networks:
                raise RefusedUrlError("url_plain", host) from None
        else:
            self._check_address(address, host=host, is_plain=is_plain)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if not path.startswith("/"):
            path = "/" + path
        return Target(is_plain=is_plain, host=host, port=port, path=quote(path, safe="/?%:@!$&'()*+,;=~[]"))

    def resolve(self, host: str, port: int, *, is_plain: bool = False) -> tuple[Address, ...]:
        """Return the addresses to connect to, after one lookup; raise `RefusedUrlError` if any of them is refused.

        Parameters
        ----------
        is_plain
            Whether it is for plain http, which goes to allowed networks only.
        """
        try:
            found: Sequence[str] = [str(ip_address(host))]
        except ValueError:
            try:
                found = self.lookup(host, port)
            except (OSError, ValueError):  # ValueError: a name that cannot be one
                found = ()
        if not found:
            raise RefusedUrlError("host_unknown", host)
        addresses = tuple(dict.fromkeys(_unmapped(ip_address(text)) for text in found))
        for address in addresses:
            self._check_address(address, host=host, is_plain=is_plain)
        return addresses

    def _check_address(self, address: Address, *, host: str, is_plain: bool) -> None:
        if any(_unmapped(address) in network for network in self.allowed_networks):
            return
        code = refusal_of(address)
        if code or is_plain:
            raise RefusedUrlError(code or "url_plain", host)


def _unmapped(address: Address) -> Address:
    """Return the IPv4 address that a mapped one is for the operating system, any other as it is."""
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _host_and_port(netloc: str, *, default_port: int) -> tuple[str, int]:
    """Return the host in its one spelling and the port."""
    found = _HOST_AND_PORT.fullmatch(netloc)
    if found is None:
        raise RefusedUrlError("url_host", netloc)
    text, port_text = found.groups()
    if not text:
        raise RefusedUrlError("url_no_host")
    host = _ipv6_host(text) if text.startswith("[") else _named_host(text)
    if port_text is None:
        return host, default_port
    if not re.fullmatch(r"[0-9]{1,5}", port_text) or not 1 <= int(port_text) <= 65_535:
        raise RefusedUrlError("url_port", host)
    return host, int(port_text)


def _ipv6_host(text: str) -> str:
    try:
        address = IPv6Address(text[1:-1])
    except ValueError:
        raise RefusedUrlError("url_host", text) from None
    if address.scope_id is not None:
        raise RefusedUrlError("url_host", text)
    return str(address)


def _named_host(text: str) -> str:
    """Return a name in ASCII and small letters, or the dotted form of an IPv4 address however it was spelled."""
    try:
        name = text.encode("idna").decode("ascii").lower().removesuffix(".")
        if _NUMBER_LAST.search(name):
            return str(IPv4Address(socket.inet_aton(name)))
    except (UnicodeError, OSError):
        raise RefusedUrlError("url_host", text) from None
    if len(name) > 253 or not _NAME.fullmatch(name) or not _OTHER_NAME.isdisjoint(text):
        raise RefusedUrlError("url_host", text)
    return name
