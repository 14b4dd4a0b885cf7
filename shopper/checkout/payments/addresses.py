"""Addresses that only the shop can spend from, derived one by one from its extended public key.

Knows nothing about orders; no private key is ever seen here.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from shopper.errors import BadInput, ShopperError

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


class OnchainPartsMissing(ShopperError):
    """The packages of the extra `onchain` aren't installed."""

    code = "onchain_missing"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} needs more packages: pip install 'shopper[onchain]'.")


class AddressBook:
    """Addresses below an xpub at m/44'/60'/0' (or below m/…/0, as wallets export either), by index."""

    def __init__(self, xpub: str) -> None:
        try:
            from bip_utils import (  # type: ignore[import-untyped]  # the package ships no types
                Base58ChecksumError,
                Bip32KeyError,
                Bip32Slip10Secp256k1,
            )
        except ImportError as error:
            raise OnchainPartsMissing("Payment on chain") from error
        try:
            key: Any = Bip32Slip10Secp256k1.FromExtendedKey(xpub)
        except (Base58ChecksumError, Bip32KeyError, ValueError) as error:
            raise BadInput("The xpub in payments.toml is no extended public key.", field="xpub") from error
        if not key.IsPublicOnly():
            raise BadInput("That is a private key; it must never be on a server.", field="xpub")
        # An account key has depth 3, and its receiving addresses lie in branch 0; deeper keys are the branch.
        self._branch = key.ChildKey(0) if int(key.Depth()) <= 3 else key
        self.key = hashlib.sha256(xpub.encode()).hexdigest()[:32]

    def address(self, index: int) -> str:
        """The checksummed address of `index`."""
        from bip_utils import EthAddrEncoder

        child = self._branch.ChildKey(index)
        return str(EthAddrEncoder.EncodeKey(child.PublicKey().KeyObject()))


def checksummed(address: str, *, what: str) -> str:
    """`address` in its one right spelling (EIP-55); BadInput where its checksum is wrong or missing."""
    try:
        from bip_utils import EthAddrDecoder
    except ImportError as error:
        raise OnchainPartsMissing("Payment on chain") from error
    if not _ADDRESS.fullmatch(address):
        raise BadInput(f"{what} is no address.", field=what)
    try:
        EthAddrDecoder.DecodeAddr(address)
    except ValueError as error:
        raise BadInput(f"{what} has a wrong checksum; copy it again.", field=what) from error
    return address
