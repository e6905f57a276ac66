"""The sheets of how a city goes about its work: what it asks of people on duty, and the papers it issues."""

from __future__ import annotations

from app.accounts.rules import VERBS
from app.administration.rules.sheets import Column, Kind, Sheet
from app.administration.rules.standards import LONGEST_TEXT
from app.documents.rules.kinds import DocumentKind

CITY = "city"
POSTS = tuple(sorted(str(role) for role in VERBS["document.issue"]))

DUTY_TERMS = Sheet(
    "duty_terms",
    "执勤规定",
    "对在岗人员的要求：应答时限、定位有效期、最长班次、轨迹保存天数；只有一行",
    "what the city asks of people on duty, in one row",
    (
        Column("scope", "范围", "city 全市", "city: all of it", key=True, required=True, allowed=(CITY,)),
        Column(
            "answer_within_s",
            "应答时限",
            "被指派后须在多少秒内接受，如 600",
            "seconds in which to accept what the system suggested, such as 600",
            Kind.WHOLE,
            required=True,
        ),
        Column(
            "position_fresh_s",
            "定位有效期",
            "多少秒以内的位置才算在附近，如 1800",
            "seconds for which a position counts as near by, such as 1800",
            Kind.WHOLE,
            required=True,
        ),
        Column(
            "shift_at_most_s",
            "最长班次",
            "忘记下班时，多少秒后自动结束，如 57600",
            "seconds after which a shift that nobody ended ends by itself, such as 57600",
            Kind.WHOLE,
            required=True,
        ),
        Column(
            "tracks_kept_days",
            "轨迹保存天数",
            "位置轨迹保存多少天，之后删除，如 90",
            "days after which tracks of people are deleted, such as 90",
            Kind.WHOLE,
            required=True,
        ),
    ),
)

DOCUMENT_KINDS = Sheet(
    "document_kinds",
    "文书种类",
    "各种文书的名称、文号格式、发文机关、签发岗位和依据；已发文书保持原样",
    "names of papers, the form of their numbers, who signs and who issues them; issued ones stay as they are",
    (
        Column(
            "code",
            "文书代码",
            "rectification 限期整改通知书、supervision 督办通知",
            "which paper",
            Kind.CODE,
            key=True,
            required=True,
            allowed=tuple(kind.value for kind in DocumentKind),
        ),
        Column("name_zh", "中文名称", "印在文书上的名称", "what it is called in Chinese", required=True),
        Column("name_en", "英文名称", "英文文书上的名称", "what it is called in English", required=True),
        Column(
            "number_format",
            "文号格式",
            "含 {year} 和 {serial}，如 城管督〔{year}〕{serial}号",
            "with {year} and then {serial}",
            required=True,
        ),
        Column("issuing_body", "发文机关", "落款单位", "who signs it", required=True),
        Column(
            "issuing_roles",
            "签发岗位",
            "角色，以空格分隔",
            "roles that issue it on their ground, with spaces between",
            Kind.WORDS,
            required=True,
            allowed=POSTS,
        ),
        Column("basis", "依据", "印在文书上的依据", "what it rests on", required=True, longest=LONGEST_TEXT),
    ),
)
