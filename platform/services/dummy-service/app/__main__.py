import os

from streamforge_utils import log

from app.greeting import build

NAME = os.environ.get("SERVICE_NAME", "dummy-service")

log.setup(NAME, os.environ.get("LOG_LEVEL", "INFO"))
build(NAME, port=int(os.environ.get("PORT", "8080"))).run(drain=float(os.environ.get("DRAIN_SECONDS", "5")))
