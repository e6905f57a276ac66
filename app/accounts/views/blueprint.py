"""The routes of accounts hang on this."""

from flask import Flask
from flask.blueprints import BlueprintSetupState
from flask_openapi3 import APIBlueprint, Tag

from app.accounts.views import tokens

accounts = APIBlueprint(
    "accounts",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[Tag(name="Accounts", description="Sign-in, people, organisations")],
)


def _install_tokens(state: BlueprintSetupState) -> None:
    assert isinstance(state.app, Flask), "views need an app that serves requests"
    tokens.install(state.app)


accounts.record_once(_install_tokens)
