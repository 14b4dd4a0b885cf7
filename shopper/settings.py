"""Every setting of the product in one class, read from the environment and `.env`.

The only reader of the environment; knows nothing about what the settings build.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_HERE = Path(__file__).resolve().parent


def _beside(name: str) -> Path:
    """`name` in a checkout's root, or as it was packed into the wheel."""
    checkout = _HERE.parent / name
    return checkout if checkout.exists() else _HERE / name


class Settings(BaseSettings):
    """What can be set. Each field is the environment variable `SHOPPER_<FIELD>` unless it names another."""

    model_config = SettingsConfigDict(env_prefix="SHOPPER_", env_file=".env", extra="ignore", frozen=True)

    # Where things lie
    data: Path = Path("data")  # SQLite, vectors, pictures
    prompts: Path = Field(default_factory=lambda: _beside("prompts"))
    policy: Path | None = None  # the shop's policy text; default: policy.md in the data folder
    boosts: Path | None = None  # what the shop pushes or holds back; default: boosts.toml in the data folder
    database_url: str | None = None  # postgresql+asyncpg://…; default: SQLite in the data folder
    chroma_url: str | None = None  # http://host:port of a Chroma server; default: embedded in the data folder

    # The shop's own systems
    live_check_url: str | None = None  # asked for price and stock of each shown card
    live_check_timeout: float = 0.3  # seconds; what isn't confirmed by then is marked so

    # Checkout; amounts in whole units of the shop's currency, such as 4.90
    checkout: Literal["own", "handoff"] | None = None  # default: handoff where checkout_url is set, else own
    checkout_url: str = ""  # the shop's own: https://shop.example/cart/{variant_id}:{quantity},…
    shipping_flat: Decimal = Decimal(0)
    shipping_free_from: Decimal | None = None
    tax_percent: Decimal = Decimal(0)
    tax_included: bool = True  # prices hold the tax already
    totals_url: str = ""  # asked for shipping, tax and discounts instead
    totals_timeout: float = 3.0  # seconds; then there is no quote

    # The shop's own systems are told what happened
    webhook_url: str = ""
    webhook_secret: SecretStr | None = None  # whsec_…, by which the shop knows that it was this server

    # Payments
    payments: Path | None = None  # networks, coins and rates; default: payments.toml in the data folder
    sandbox_payments: Literal["auto", "on", "off", "staging"] = "auto"  # auto: only where no shopper can come

    # What sees and what talks
    encoder: str = "auto"  # auto | builtin | fashionclip | hub id | folder
    detector: str | None = None  # an OWL-ViT's hub id or folder; finds "the bag in this photo"
    model: str | None = Field(default=None, validation_alias=AliasChoices("SHOPPER_MODEL", "OPENAI_MODEL"))
    model_base_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("SHOPPER_MODEL_BASE_URL", "OPENAI_BASE_URL", "OPENAI_API_BASE"),
    )
    model_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("SHOPPER_MODEL_API_KEY", "OPENAI_API_KEY")
    )
    model_fallback: str | None = None  # asked at the same address when the model fails
    model_timeout: float = 20.0  # seconds for one model call

    # The server
    host: str = "127.0.0.1"
    port: int = 8000
    secret_keys: str = ""  # comma-separated sk_… for servers
    publishable_keys: str = ""  # comma-separated pk_…=https://origin|https://origin
    trust_loopback: bool = False  # with keys set, still answer callers on this machine without one
    rate_per_minute: int = 120  # requests by key and address
    retention_days: int = Field(default=0, ge=0)  # untouched conversations are erased after so long; 0: never
    log_format: Literal["text", "json"] = "text"
    trace_endpoint: str = ""  # an OTLP collector that speaks gRPC: http://localhost:4317; default: no traces
    page_size: int = 8
    shop_name: str = "Maison Verrier"
    public_url: str = ""  # https://host, put before media paths; default: relative paths
