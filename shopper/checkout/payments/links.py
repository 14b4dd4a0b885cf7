"""What a wallet opens (EIP-681) and what a camera reads (a QR code as SVG).

Knows nothing about payments' states.
"""

from __future__ import annotations

import io

from shopper.checkout.payments.addresses import OnchainPartsMissing
from shopper.checkout.payments.provider import PaymentIntent


def wallet_uri(intent: PaymentIntent) -> str | None:
    """The EIP-681 link that asks a wallet for exactly this payment; None where nothing is on chain."""
    asset = intent.asset
    if asset is None or intent.address is None:
        return None
    if asset.contract is None:
        return f"ethereum:{intent.address}@{asset.chain_id}?value={intent.due}"
    return (
        f"ethereum:{asset.contract}@{asset.chain_id}/transfer?address={intent.address}&uint256={intent.due}"
    )


def qr_svg(text: str) -> bytes:
    """`text` as a QR code of black squares on white with its quiet zone, as an SVG document."""
    try:
        import segno
    except ImportError as error:
        raise OnchainPartsMissing("A QR code") from error
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False, title="Payment"
    )
    return out.getvalue()
