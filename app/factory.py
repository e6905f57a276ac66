"""The API: the only place that knows all features' views."""

from __future__ import annotations

from threading import Thread
from typing import Any

import structlog
from flask_openapi3 import APIBlueprint, Info, License, OpenAPI, Server
from werkzeug.middleware.proxy_fix import ProxyFix

from app.accounts.rules import Role, verbs_of
from app.accounts.views import DatabaseAuthenticator, accounts
from app.administration.views import administration
from app.analysis.views import analysis
from app.bulletins.views import bulletins
from app.cases.views import cases
from app.catalog.views import catalog
from app.console.views import console
from app.console.views.pages import pages as console_pages
from app.core import auth, headers, intake, logs, metrics, problems
from app.core.config import Config, config
from app.core.db import Database, read_unit, use_database
from app.core.description import Audience, complete
from app.core.health import health
from app.core.landing import REFERENCE, landing
from app.core.schemas import ProblemOut
from app.core.version import VERSION
from app.documents.views import documents
from app.evaluation.views import evaluation
from app.evaluation.views.public import pages as ranking_pages
from app.exports.views import exports
from app.field.views import field
from app.grid.views import grid
from app.media.views import media
from app.notices.views import notices
from app.ogc.views import ogc
from app.parts.views import parts
from app.reports.schemas import ReportForm
from app.reports.views import reports
from app.routing.views import routing
from app.sla.views import sla
from app.statements.views import statements
from app.tiles.service.warming import read_ledgers
from app.tiles.views import tiles

log = structlog.get_logger()

FEATURES: tuple[APIBlueprint, ...] = (
    accounts,
    grid,
    catalog,
    media,
    parts,
    routing,
    sla,
    reports,
    cases,
    notices,
    field,
    documents,
    administration,
    console,
    tiles,
    evaluation,
    statements,
    exports,
    bulletins,
    analysis,
)

INFO = Info(
    title="FieldGrid",
    version=VERSION,
    license=License(name="Apache 2.0", identifier="Apache-2.0"),
    description="Grid-based city inspection: photos become cases, cases have owners and clocks, clocks become figures.",
)
SECURITY: dict[str, Any] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}


class Api(OpenAPI):
    """The application with a description that says more than the framework knows."""

    def generate_spec_json(self) -> None:
        super().generate_spec_json()  # type: ignore[no-untyped-call]
        anonymous = verbs_of((), signed_in=False)
        everybody = anonymous.intersection(verbs_of(()), *(verbs_of([role]) for role in Role))
        forms = {"submit_report": ReportForm.model_json_schema()}
        complete(self.spec_json, self, Audience(anonymous, everybody), forms)


def create_app(settings: Config | None = None, database: Database | None = None) -> OpenAPI:
    """The Flask application, ready to serve.

    Raises: ConfigError with everything that is missing from the environment.
    """
    settings = settings or config()
    app = Api(
        "app",
        info=INFO,
        security_schemes=SECURITY,
        servers=[Server(url="/")],
        doc_prefix="/docs",
        validation_error_model=ProblemOut,
        validation_error_callback=problems.on_validation_error,
        static_folder=None,
    )
    app.config.update(
        SECRET_KEY=settings.secret_key, MAX_FORM_MEMORY_SIZE=intake.JSON_BYTES, OPENAPI_HTML_STRING=REFERENCE
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    use_database(database or Database.connect(settings))
    logs.configure(settings.log_level)
    logs.register(app)
    metrics.register(app)
    headers.register(app)
    problems.register(app)
    app.before_request(auth.authorize)
    intake.register(app)
    auth.install_authenticator(app, DatabaseAuthenticator(settings))
    app.register_blueprint(health)
    app.register_blueprint(landing)
    app.register_blueprint(ogc)
    app.register_blueprint(console_pages)
    app.register_blueprint(ranking_pages)
    for feature in FEATURES:
        app.register_api(feature)
    return app


def serve() -> OpenAPI:
    """The application as a server's process runs it: what maps count by is read while the first people sign in."""
    app = create_app()
    Thread(target=_read_ahead, name="read-ahead", daemon=True).start()
    return app


def _read_ahead() -> None:
    try:
        with read_unit() as session:
            read_ledgers(session)
    except Exception:
        # Nothing is lost: whoever asks first reads it then.
        log.warning("read-ahead-failed", exc_info=True)
