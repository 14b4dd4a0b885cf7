"""The composition root: settings in, a shop whose parts know each other out.

Knows nothing about HTTP or the command line.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shopper.chat.agent import ShopperAgent
from shopper.chat.board import LookBoards
from shopper.chat.handoffs import HandoffStore
from shopper.chat.prompts import Prompts
from shopper.chat.size_chart import SizeChart
from shopper.chat.state import Desk
from shopper.chat.threads import ThreadStore
from shopper.chat.understand.reader import Reader
from shopper.checkout.build import CheckoutOptions, build_checkouts
from shopper.checkout.carts import CartStore
from shopper.checkout.checkouts import Checkouts
from shopper.checkout.payments.build import build_payments
from shopper.checkout.payments.config import PaymentsConfig, load_payments
from shopper.checkout.payments.payments import Payments
from shopper.checkout.payments.sandbox import sandbox_allowed
from shopper.checkout.stock import Stock
from shopper.database import Database
from shopper.demand.recorder import DemandRecorder
from shopper.errors import CatalogMissing
from shopper.events.outbox import Outbox
from shopper.events.webhooks import Deliverer
from shopper.products.images import MediaFolder
from shopper.products.ingest import IngestReport, Progress, ingest
from shopper.products.live import LiveCheck
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.products.vocabulary import CatalogVocabulary
from shopper.search.boosts import Boosts
from shopper.search.boosts_file import load_boosts
from shopper.search.encoder import Encoder, load_encoder, settle
from shopper.search.find import ProductSearch
from shopper.search.index import ProductIndex
from shopper.search.regions.find import Detector
from shopper.search.sync import rebuild_vectors, sync_vectors
from shopper.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Ids = Callable[[], str]


def utc_now() -> datetime:
    return datetime.now(UTC)


def random_id() -> str:
    """128 random bits, so that nobody can guess a thread's id."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Catalog:
    """The parts that ingest and search need; no conversation."""

    db: Database
    store: ProductStore
    media: MediaFolder
    taxonomy: Taxonomy
    index: ProductIndex
    encoder: Encoder
    encoder_name: str  # what loads this encoder again
    remembered: Path  # where the name of the encoder that made the vectors is kept

    async def close(self) -> None:
        self.index.close()
        await self.db.close()


@dataclass(frozen=True)
class WebOptions:
    """What the web room needs of the settings."""

    secret_keys: str = ""
    publishable_keys: str = ""
    trust_loopback: bool = False
    rate_per_minute: int = 0
    public_url: str = ""
    page_size: int = 8
    retention_days: int = 0
    log_format: str = "text"
    trace_endpoint: str = ""


@dataclass(frozen=True)
class Shop:
    """A shop that is open: everything a turn needs."""

    catalog: Catalog
    search: ProductSearch
    threads: ThreadStore
    carts: CartStore
    checkouts: Checkouts
    outbox: Outbox
    agent: ShopperAgent
    demand: DemandRecorder
    reader: Callable[[], Reader]
    currency: str
    name: str
    model: str  # the language model's name, or "builtin"
    web: WebOptions
    new_id: Ids
    clock: Clock = utc_now
    live: LiveCheck | None = None
    payments: Payments | None = None
    webhooks: Deliverer | None = None  # sends what the outbox holds

    async def close(self) -> None:
        await self.demand.close()
        await self.checkouts.close()
        if self.payments is not None:
            await self.payments.close()
        if self.live is not None:
            await self.live.close()
        await self.catalog.close()


async def open_catalog(settings: Settings, *, encoder: Encoder | None = None) -> Catalog:
    """Open (or make) the data folder: SQL, pictures, vectors and the encoder that made them."""
    data = settings.data
    data.mkdir(parents=True, exist_ok=True)
    name, remembered = settings.encoder, data / "encoder"
    if name == "auto" and remembered.is_file():
        # The folder stays with the encoder that made its vectors, even when a better one has come.
        name = remembered.read_text(encoding="utf-8").strip()
    if encoder is None:
        encoder = await asyncio.to_thread(load_encoder, name, pictures=(data / "media",))
    if name == "auto":
        name = "builtin" if encoder.id.startswith("builtin") else "fashionclip"
    index = ProductIndex.open(settings.chroma_url or data / "vectors", encoder.id, encoder.dim)
    try:
        db = await (
            Database.open(settings.database_url) if settings.database_url else Database.open_folder(data)
        )
    except BaseException:
        index.close()
        raise
    return Catalog(
        db=db,
        store=ProductStore(db),
        media=MediaFolder(data / "media"),
        taxonomy=Taxonomy.load(),
        index=index,
        encoder=encoder,
        encoder_name=name,
        remembered=remembered,
    )


async def load_feed(
    catalog: Catalog,
    feed: Path,
    *,
    images: Path | None = None,
    format: str = "auto",
    dry_run: bool = False,
    replace: bool = False,
    force: bool = False,
    currency: str | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Read a feed into the catalog and bring the vectors in step with it."""
    report = await ingest(
        feed,
        store=catalog.store,
        media=catalog.media,
        taxonomy=catalog.taxonomy,
        images=images,
        format=format,
        dry_run=dry_run,
        replace=replace,
        force=force,
        currency=currency,
        progress=progress,
    )
    if not dry_run:
        await asyncio.to_thread(settle, catalog.encoder, [catalog.media.root])
        await sync(catalog, progress=progress)
    return report


async def sync(catalog: Catalog, *, progress: Progress | None = None, wait: bool = True) -> int:
    """Encode what changed since the vectors were made; returns how many products were encoded.

    While another process does this, wait for it, or else go on with the vectors there are.
    """

    count = await sync_vectors(**_vector_parts(catalog, progress), wait=wait)
    if count:
        _remember_encoder(catalog)
    return count


async def rebuild(catalog: Catalog, *, progress: Progress | None = None) -> int:
    """Make all vectors anew beside those that serve, and let them serve when they are verified; returns how
    many products were encoded.
    """
    count = await rebuild_vectors(**_vector_parts(catalog, progress))
    _remember_encoder(catalog)
    return count


def _vector_parts(catalog: Catalog, progress: Progress | None) -> dict[str, Any]:
    def report(done: int, total: int) -> None:
        if progress:
            progress("embed", done, total)

    return {
        "store": catalog.store,
        "index": catalog.index,
        "encoder": catalog.encoder,
        "media": catalog.media,
        "taxonomy": catalog.taxonomy,
        "db": catalog.db,
        "progress": report,
    }


def _remember_encoder(catalog: Catalog) -> None:
    """Keep the name of the encoder that made the vectors, for `auto`."""
    catalog.remembered.write_text(catalog.encoder_name, encoding="utf-8")


async def build_shop(
    settings: Settings,
    *,
    model: BaseChatModel | None = None,
    encoder: Encoder | None = None,
    clock: Clock = utc_now,
    ids: Ids = random_id,
) -> Shop:
    """Open the shop that `settings` describe; `model`, `encoder`, `clock` and `ids` replace its own parts.

    Raises CatalogMissing for an empty data folder and StoreBusy where another process owns it.
    """
    catalog = await open_catalog(settings, encoder=encoder)
    try:
        return await _open_shop(settings, catalog, model, clock, ids)
    except BaseException:
        await catalog.close()
        raise


async def _open_shop(
    settings: Settings, catalog: Catalog, model: BaseChatModel | None, clock: Clock, ids: Ids
) -> Shop:
    products, _variants = await catalog.store.counts()
    if products == 0:
        raise CatalogMissing(
            f"{settings.data} holds no products yet. Load some: shopper ingest FEED --data {settings.data}"
        )
    await sync(catalog, wait=False)  # finishes what an interrupted ingest left; no work when in step
    currency = await catalog.store.currency()
    live = _live_check(settings, currency)
    search = await ProductSearch.open(
        store=catalog.store,
        index=catalog.index,
        encoder=catalog.encoder,
        taxonomy=catalog.taxonomy,
        cache=settings.data / "cache",
        boosts=_boosts(settings, catalog.taxonomy),
        live=live,
        detector=await asyncio.to_thread(_detector, settings),
    )
    threads = ThreadStore(catalog.db, clock=clock, ids=ids)
    demand = DemandRecorder(
        catalog.db, taxonomy=catalog.taxonomy, vocabulary=search.vocabulary, knows=search.knows, clock=clock
    )
    # With embedded vectors nobody else serves this shop, so a run that hasn't ended was cut off.
    await threads.end_orphaned_runs(alone=catalog.index.embedded)
    outbox = open_outbox(settings, catalog, clock)
    carts = CartStore(catalog.db, emit=outbox.add)
    payments = open_payments(settings, catalog.db, currency, clock, ids)
    checkouts = open_checkouts(settings, catalog, payments, carts, outbox, live, currency, clock, ids)
    model = model or _language_model(settings)
    reader = _reader_of(catalog.taxonomy, search)
    agent = ShopperAgent(
        search=search,
        store=catalog.store,
        taxonomy=catalog.taxonomy,
        threads=threads,
        carts=carts,
        reader_for=reader,
        model=model,
        prompts=Prompts.load(settings.prompts),
        policy=_policy(settings),
        shop_name=settings.shop_name,
        currency=currency,
        clock=clock,
        ids=ids,
        page_size=settings.page_size,
        model_timeout=settings.model_timeout,
        demand=demand,
        desk=_desk(settings, catalog, outbox, clock, ids),
        fallback=_language_model(settings, settings.model_fallback) if settings.model_fallback else None,
        propose=lambda thread, owner, cart: checkouts.propose(thread, owner, cart_version=cart.version),
        orders=checkouts.orders_of,
    )
    return Shop(
        catalog=catalog,
        search=search,
        threads=threads,
        carts=carts,
        checkouts=checkouts,
        outbox=outbox,
        webhooks=_webhooks(settings, outbox, clock),
        agent=agent,
        demand=demand,
        reader=reader,
        currency=currency,
        name=settings.shop_name,
        model=(settings.model or "given") if model is not None else "builtin",
        web=WebOptions(
            secret_keys=settings.secret_keys,
            publishable_keys=settings.publishable_keys,
            trust_loopback=settings.trust_loopback,
            rate_per_minute=settings.rate_per_minute,
            public_url=settings.public_url,
            page_size=settings.page_size,
            retention_days=settings.retention_days,
            log_format=settings.log_format,
            trace_endpoint=settings.trace_endpoint,
        ),
        new_id=ids,
        clock=clock,
        live=live,
        payments=payments,
    )


def open_outbox(settings: Settings, catalog: Catalog, clock: Clock = utc_now) -> Outbox:
    """Where events for the shop's own systems are kept; nothing is, without an address to send them to."""
    return Outbox(catalog.db, clock=clock, on=bool(settings.webhook_url))


def _webhooks(settings: Settings, outbox: Outbox, clock: Clock) -> Deliverer | None:
    if not settings.webhook_url:
        return None
    secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
    return Deliverer(outbox, settings.webhook_url, secret, clock=clock)


def open_checkouts(
    settings: Settings,
    catalog: Catalog,
    payments: Payments,
    carts: CartStore,
    outbox: Outbox,
    live: LiveCheck | None,
    currency: str,
    clock: Clock = utc_now,
    ids: Ids = random_id,
) -> Checkouts:
    """The shop's checkout, which hears of its payments from here on."""
    options = CheckoutOptions(
        mode=settings.checkout,
        checkout_url=settings.checkout_url,
        shipping_flat=settings.shipping_flat,
        shipping_free_from=settings.shipping_free_from,
        tax_percent=settings.tax_percent,
        tax_included=settings.tax_included,
        totals_url=settings.totals_url,
        totals_timeout=settings.totals_timeout,
    )
    checkouts = build_checkouts(
        catalog.db,
        options,
        carts=carts,
        stock=Stock(catalog.db, store=catalog.store, live=live),
        payments=payments,
        currency=currency,
        shop_name=settings.shop_name,
        clock=clock,
        ids=ids,
        emit=outbox.add,
    )
    payments.on_payment(checkouts.on_payment)
    return checkouts


def open_payments(
    settings: Settings, db: Database, currency: str, clock: Clock = utc_now, ids: Ids = random_id
) -> Payments:
    """The ways to pay that the shop's file names; a file that the settings name must be there."""
    path = settings.payments or settings.data / "payments.toml"
    config = load_payments(path) if settings.payments or path.is_file() else PaymentsConfig()
    keys = bool(settings.secret_keys or settings.publishable_keys)
    sandbox = sandbox_allowed(
        settings.sandbox_payments, keys=keys, host=settings.host, public_url=settings.public_url
    )
    return build_payments(db, config, currency=currency, sandbox=sandbox, clock=clock, ids=ids)


def _reader_of(taxonomy: Taxonomy, search: ProductSearch) -> Callable[[], Reader]:
    """Gives the reader of the catalog as it is, made anew only when the catalog's words changed."""
    made: list[tuple[CatalogVocabulary, Reader]] = []

    def reader() -> Reader:
        vocabulary = search.vocabulary()
        if not made or made[0][0] is not vocabulary:
            made[:] = [(vocabulary, Reader(taxonomy, vocabulary))]
        return made[0][1]

    return reader


def _boosts(settings: Settings, taxonomy: Taxonomy) -> Boosts:
    """What the shop's file says; a file that the settings name must be there."""
    path = settings.boosts or settings.data / "boosts.toml"
    return load_boosts(path, taxonomy) if settings.boosts or path.is_file() else Boosts()


def _detector(settings: Settings) -> Detector | None:
    """The OWL-ViT of the settings; EncoderUnavailable where it can't be loaded."""
    if not settings.detector:
        return None
    from shopper.search.regions.owl import OwlDetector

    return OwlDetector.load(settings.detector)


def _live_check(settings: Settings, currency: str) -> LiveCheck | None:
    if not settings.live_check_url:
        return None
    return LiveCheck(settings.live_check_url, currency=currency, timeout=settings.live_check_timeout)


def _language_model(settings: Settings, name: str | None = None) -> BaseChatModel | None:
    """The OpenAI-compatible model of the settings, or another one there; None for the built-in stylist."""
    if settings.model is None and settings.model_base_url is None and settings.model_api_key is None:
        return None
    from shopper.chat.model import load_model

    key = settings.model_api_key.get_secret_value() if settings.model_api_key else None
    return load_model(
        name or settings.model, base_url=settings.model_base_url, api_key=key, timeout=settings.model_timeout
    )


def _desk(settings: Settings, catalog: Catalog, outbox: Outbox, clock: Clock, ids: Ids) -> Desk:
    """What the shop offers in a conversation beside products."""
    chart = settings.data / "size_chart.md"
    text = chart.read_text(encoding="utf-8") if chart.is_file() else ""
    return Desk(
        handoffs=HandoffStore(catalog.db, clock=clock, ids=ids, emit=outbox.add),
        chart=SizeChart.parse(text, catalog.taxonomy),
        boards=LookBoards(settings.data / "looks", catalog.media),
    )


def _policy(settings: Settings) -> str:
    path = settings.policy or settings.data / "policy.md"
    return path.read_text(encoding="utf-8") if path.is_file() else ""
