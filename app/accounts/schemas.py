"""Shapes of requests and answers about sign-ins, people and organisations."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.accounts.rules import OrganizationKind, Role
from app.core.paging import PageQuery
from app.core.schemas import Body, Instant, Out

Named = Annotated[str, Field(min_length=1, max_length=200)]


class LoginBody(Body):
    username: Named = Field(examples=["operator"])
    password: str = Field(min_length=1, max_length=1024, examples=["fieldgrid-demo"])


class RefreshBody(Body):
    refresh_token: str | None = Field(None, max_length=4096, description="Or send it as Authorization: Bearer")


class PhoneBody(Body):
    phone: str = Field(min_length=1, max_length=40, examples=["13800000001"])


class PhoneCodeBody(PhoneBody):
    code: str = Field(pattern=r"^[0-9]{6}$", examples=["123456"])


class OrganizationOut(Out):
    id: UUID
    code: str
    name: str
    kind: OrganizationKind


class GrantOut(Out):
    role: Role
    organization_id: UUID | None = Field(description="null for citizens")
    area_code: str = Field(description="prefix of area codes; empty for everything")
    valid_from: Instant
    valid_to: Instant | None = Field(description="exclusive")


class MeOut(Out):
    id: UUID
    username: str | None = Field(description="null for citizens")
    name: str
    organization: OrganizationOut | None
    grants: list[GrantOut]


class TokensOut(Out):
    access_token: str
    refresh_token: str = Field(description="Works once; a second use ends the sign-in")
    expires_in: int = Field(description="Seconds until the access token ends")
    user: MeOut


class CodeSentOut(Out):
    expires_in: int = Field(description="Seconds until the code ends")


class OrganizationsQuery(PageQuery):
    kind: OrganizationKind | None = None
    parent: UUID | Named | None = Field(
        None, union_mode="left_to_right", description="Id or code of the organisation directly above"
    )


class ListedOrganizationOut(OrganizationOut):
    parent_id: UUID | None


class OrganizationsOut(Out):
    items: list[ListedOrganizationOut]
    next_cursor: str | None


class UsersQuery(PageQuery):
    role: Role | None = None
    organization: UUID | Named | None = Field(
        None, union_mode="left_to_right", description="Id or code of the user's organisation"
    )


class ListedUserOut(Out):
    id: UUID
    username: str
    name: str
    organization_id: UUID
    roles: list[Role]


class UsersOut(Out):
    items: list[ListedUserOut]
    next_cursor: str | None
