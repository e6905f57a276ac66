"""HTTP of notices."""

from app.notices.views import contacts as contacts
from app.notices.views import figures as figures
from app.notices.views import inbox as inbox
from app.notices.views import stream as stream
from app.notices.views import templates as templates
from app.notices.views import webhooks as webhooks
from app.notices.views.blueprint import notices

__all__ = ["notices"]
