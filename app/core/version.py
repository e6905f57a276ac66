"""The product's version, as /docs and the OpenAPI description name it."""

VERSION = "0.1.0"
