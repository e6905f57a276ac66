"""What the views and the command line may do with papers."""

from app.documents.queries import DocumentFilter
from app.documents.queries import kinds as kinds_of_city
from app.documents.queries import specimen_number as specimen_number
from app.documents.service.case_file import gather, page_of, words_in
from app.documents.service.issuing import Order, cancel, deliver, issue
from app.documents.service.kinds import change_kind
from app.documents.service.pages import with_pictures
from app.documents.service.pictures import keys_of, pictures_at
from app.documents.service.printing import printers
from app.documents.service.register import document_for, document_row, documents_for, documents_of_case, printed

__all__ = [
    "DocumentFilter",
    "Order",
    "cancel",
    "change_kind",
    "deliver",
    "document_for",
    "document_row",
    "documents_for",
    "documents_of_case",
    "gather",
    "issue",
    "keys_of",
    "kinds_of_city",
    "page_of",
    "pictures_at",
    "printed",
    "printers",
    "specimen_number",
    "with_pictures",
    "words_in",
]
