"""The command's road: read the set, open what is needed, measure, write."""

import argparse
from collections.abc import Callable
from dataclasses import replace

from livesketch.errors import UsageError
from livesketch.evaluation.features import load_features
from livesketch.evaluation.figures import contract
from livesketch.evaluation.finder import Finder
from livesketch.evaluation.instruments import Instruments
from livesketch.evaluation.measure import FULL, QUICK, measure
from livesketch.evaluation.report import write_report
from livesketch.evaluation.tiers import read_tiers
from livesketch.evaluation.writing import write_json
from livesketch.frames import Picture, Point, Settings, Sketch
from livesketch.models.engine import Model, open_model
from livesketch.models.machine import cores
from livesketch.parameters import checked, defaults, frozen


def evaluate(args: argparse.Namespace, say: Callable[[str], None]) -> dict[str, object]:
    """See livesketch.evaluation.run."""
    effort = QUICK if args.quick else FULL
    faithful = defaults()["faithful"] if args.faithful is None else args.faithful
    # one size, whatever plays them: figures depend on it
    said = {"face_side": "256", "faithful": checked("faithful", faithful)}
    settings = frozen({**defaults(), **said})
    features = load_features(args.features)
    tiers = read_tiers(args.set, say, effort.drawings)
    model = open_model(args.model, runtime=args.runtime, threads=cores())
    if model.task != "sketch":
        raise UsageError(
            f"{model.name} makes faces of a {model.task}, not of drawings.", "Choose another model."
        )
    finder = Finder()
    try:
        tools = Instruments(_faces(model, settings), finder.find, features, say, model.resolution)
        strict = None
        if args.report is not None and not args.quick and settings["faithful"] != 1.0:
            most = frozen({**settings, "faithful": 1.0})
            strict = replace(tools, make=_faces(model, most))
        conditions = {
            "model": str(model.name),
            "runtime": f"{model.runtime} on {model.device}",
            "resolution": str(model.resolution),
            "set": str(args.set),
            "faithful": f"{settings['faithful']:g}",
            "feature space": "none" if features.appearance is None else features.appearance.name,
            "identity": "none" if features.identity is None else features.identity.name,
            "effort": "quick: these figures are no measurement" if args.quick else "full",
        }
        figures = measure(tiers, tools, strict, effort, conditions)
    finally:
        finder.close()
    result = contract(figures)
    if args.json is not None:
        write_json(result, args.json)
    if args.report is not None:
        write_report(figures, args.report)
    return result


def _faces(model: Model, settings: Settings) -> Callable[[Sketch, int, Point | None], Picture]:
    return lambda sketch, look, begun_at: model.face(sketch, look, settings, begun_at)
