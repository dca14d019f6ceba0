"""HTTP: the models with their figures, and what an administrator can do with them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path
from pydantic import SecretStr

from services.routing.learning.desk import ModelDesk, ModelsShown, TrainingShown
from shared.auth import Caller, require
from shared.envelope import UUID_PATTERN
from shared.ids import derived_id

Version = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9.-]{0,80}$")]
Key = Annotated[
    str,
    Header(alias="Idempotency-Key", min_length=1, max_length=200, description="the same key twice has one effect"),
]


def router(*, desk: ModelDesk, jwt_key: SecretStr) -> APIRouter:
    routes = APIRouter(prefix="/models", tags=["models"])
    _serve_views(routes, desk, jwt_key)
    _serve_commands(routes, desk, jwt_key)
    return routes


def _serve_views(routes: APIRouter, desk: ModelDesk, jwt_key: SecretStr) -> None:
    reader = Depends(require(jwt_key.get_secret_value(), "supervisor", "admin", "system"))

    @routes.get("", dependencies=[reader])
    async def models() -> ModelsShown:
        """Every model with its figures, in training and live; which one is active, since when and by whom."""
        return await desk.models()

    @routes.get("/trainings/{training}", dependencies=[reader])
    async def training(training: Annotated[str, Path(pattern=UUID_PATTERN)]) -> TrainingShown:
        """Whether a training has ended, and what came of it."""
        return await desk.training(training)


def _serve_commands(routes: APIRouter, desk: ModelDesk, jwt_key: SecretStr) -> None:
    By = Annotated[Caller, Depends(require(jwt_key.get_secret_value(), "admin"))]

    @routes.post("/train", status_code=202)
    async def train(key: Key, by: By) -> TrainingShown:
        """Has a model trained from the history in the background; `id` tells where to look for the result."""
        return await desk.train(training=derived_id("routing.training", by.subject, key), by=by.subject)

    @routes.post("/rollback")
    async def rollback(key: Key, by: By) -> ModelsShown:
        """The model before the active one decides again; 409 when there was none."""
        return await desk.roll_back(by=by.subject, key=f"{by.subject}:{key}")

    @routes.post("/{version}/activate")
    async def activate(version: Version, key: Key, by: By) -> ModelsShown:
        """This model decides from now on."""
        return await desk.activate(version, by=by.subject, key=f"{by.subject}:{key}")

    @routes.post("/{version}/shadow")
    async def shadow(version: Version, key: Key, by: By) -> ModelsShown:
        """This model says what it would have decided, beside the active one."""
        return await desk.shadow(version, by=by.subject, key=f"{by.subject}:{key}")
