"""The options that say what a run's models are trained with."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from wayfare.scenarios.resources import Resources

Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        min=0,
        help="Processes that train beside this one. By default one for each other processor, three at most, and only "
        "once there was enough for them to do. They change no result.",
    ),
]
Device = Annotated[
    str, typer.Option("--device", metavar="DEVICE", help="What trains: cpu, cuda, or cuda:1 for the second of several.")
]
Ray = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="ADDRESS",
        help="Train on a Ray cluster: the address of its head, 'auto' for that of this machine, or 'local' to start "
        "one here. Needs pip install 'wayfare[ray]'.",
    ),
]


def resources(workers: int | None, device: str, ray: str | None) -> "Resources":
    """Return what the options ask for.

    Raises:
        ScenarioError: They exclude each other, or there is no such device, whether the run needs one or not.
    """
    from wayfare.scenarios.errors import Problem, ScenarioError
    from wayfare.scenarios.resources import Resources

    asked = Resources(device, workers, ray)
    if device != "cpu":
        from wayfare.models.device import use_device

        try:
            use_device(device)
        except ValueError as error:
            raise ScenarioError(Problem(str(error), "--device")) from None
    return asked
