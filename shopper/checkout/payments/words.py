"""What a shopper reads about a payment, for every state it can be in.

Knows nothing about how the state was found or where it is shown.
"""

from __future__ import annotations

from shopper.checkout.payments.provider import PaymentIntent, PaymentState

_SUPPORT = "The shop has been told and will get in touch."


def message(intent: PaymentIntent, state: PaymentState, *, behind: bool = False) -> str:
    """One or two sentences; `behind` says that the network can't be seen at the moment."""
    due, received = intent.display(intent.due), intent.display(state.received)
    match state.status:
        case "awaiting_payment" if state.exception == "reorged":
            return "The network took your payment back before it was confirmed. Please look in your wallet."
        case "awaiting_payment" if behind:
            return (
                "We can't see the network at the moment. "
                "If you have paid, there is nothing to do: we look again."
            )
        case "awaiting_payment":
            return f"Waiting for your payment of {due}."
        case "partially_paid":
            missing = intent.display(max(0, intent.due - state.received))
            where = " to the same address" if intent.address else ""
            return f"We received {received} of {due}. Please send the missing {missing}{where}."
        case "confirming":
            return "We can see your payment and wait until the network has confirmed it. Nothing more to do."
        case "settled":
            return _settled(intent, state)
        case "expired":
            return "This quote has ended and nothing was paid. Please don't send anything to it any more."
        case "needs_review":
            return _review(intent, state)
        case "canceled":
            return "This payment was canceled. Please don't send anything to it any more."
        case "refunded":
            return "The shop has sent this payment back."


def _settled(intent: PaymentIntent, state: PaymentState) -> str:
    surplus = intent.display(state.surplus)
    match state.exception:
        case "overpaid":
            return f"Paid, thank you. You sent {surplus} too much; the shop will send it back."
        case "multiple":
            return f"Paid, thank you. You paid more than once; the shop will send {surplus} back."
        case "reorged":
            return f"You paid, but the network is unsure about it. {_SUPPORT}"
        case "wrong_asset":
            return "Paid, thank you. Something else came, too; the shop will send it back."
        case _:
            return "Paid, thank you."


def _review(intent: PaymentIntent, state: PaymentState) -> str:
    received = intent.display(state.received)
    match state.exception:
        case "late":
            return f"We received {received}, but after the quote had ended. {_SUPPORT}"
        case "underpaid":
            due = intent.display(intent.due)
            return f"We received {received} of {due} before the quote ended. {_SUPPORT}"
        case "wrong_asset":
            return f"Something else came than {intent.display(intent.due)}. {_SUPPORT}"
        case _:
            return f"Somebody has to look at this payment. {_SUPPORT}"
