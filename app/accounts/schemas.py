"""Shapes of requests and answers about sign-ins, people and organisations."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.accounts.rules import OrganizationKind, Role
from app.core.paging import PageQuery
from app.core.schemas import Body, Id, Instant, Out, Patch, Path

Named = Annotated[str, Field(min_length=1, max_length=200)]
Filled = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
AreaCode = Annotated[str, Field(max_length=15, pattern=r"^[0-9A-Za-z]*$")]
Password = Annotated[str, Field(min_length=1, max_length=1024)]


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
    closed: bool = Field(default=False, description="Closed ones as well")


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


class OrganizationPath(Path):
    organization_id: Id


class NewOrganizationIn(Body):
    id: Id | None = Field(None, description="Made by the client, so that sending again is harmless")
    code: str = Field(
        min_length=1,
        max_length=40,
        pattern=r"^[^\s\x00-\x1f]+$",
        description="Never changes: imports and the record name the organisation by it",
        examples=["U07"],
    )
    name: Filled
    kind: OrganizationKind
    parent_id: Id | None = None
    area_code: AreaCode | None = Field(None, min_length=1, description="The ground of a territory")


class OrganizationPatch(Patch):
    """What is left out stays as it is."""

    nullable = frozenset({"parent_id", "area_code"})

    name: Filled | None = None
    parent_id: Id | None = Field(None, description="null: the organisation stands at the top")
    area_code: AreaCode | None = Field(None, min_length=1)


class OrganizationDetailOut(ListedOrganizationOut):
    area_code: str | None
    created_at: Instant
    closed_at: Instant | None


class UserPath(Path):
    user_id: Id


class GrantPath(UserPath):
    grant_id: Id


class NewUserIn(Body):
    id: Id | None = Field(None, description="Made by the client, so that sending again is harmless")
    username: str = Field(
        min_length=1,
        max_length=200,
        pattern=r"^[^\s\x00-\x1f]+$",
        description="To sign in with, without spaces, compared without regard to case; never changes",
    )
    name: Filled
    organization_id: Id
    password: Password | None = Field(None, description="Without one they choose it by a one-time link")


class UserPatch(Patch):
    """What is left out stays as it is."""

    name: Filled | None = None
    organization_id: Id | None = Field(None, description="Their grants stay as they are")


class HeldGrantOut(GrantOut):
    id: Id
    organization_code: str


class UserOut(Out):
    id: Id
    username: str
    name: str
    organization: OrganizationOut
    roles: list[Role] = Field(description="Those that a grant gives now")
    grants: list[HeldGrantOut] = Field(description="Those that are valid or will be; GET …/grants has all")
    has_password: bool
    disabled_at: Instant | None
    created_at: Instant


class LeavingOut(UserOut):
    left_open: list[str] = Field(description="Numbers of the cases they had in person; these go back to unit and desk")


class GrantsQuery(PageQuery):
    at: Instant | None = Field(None, description="Only those valid at this instant")


class GrantsOut(Out):
    items: list[HeldGrantOut]
    next_cursor: str | None


class NewGrantIn(Body):
    role: Role = Field(description="Any but citizen and system")
    organization_id: Id
    area_code: AreaCode = Field("", description="Prefix of area codes; empty for the whole city")
    valid_from: Instant | None = Field(None, description="Now, where it is left out")
    valid_to: Instant | None = Field(None, description="Exclusive; open, where it is left out")


class PasswordIn(Body):
    password: Password


class OwnPasswordIn(Body):
    old: Password
    new: Password


class LinkOut(Out):
    token: str = Field(description="For POST /auth/password; shown this once")
    expires_at: Instant


class RedeemIn(PasswordIn):
    token: str = Field(min_length=1, max_length=200)
