"""The pages, by the name they have in the address."""

from panel_app.views.base import View
from panel_app.views.check import CheckView
from panel_app.views.compare import CompareView
from panel_app.views.data import DataView
from panel_app.views.explore import ExploreView
from panel_app.views.models import ModelsView
from panel_app.views.tasks import TasksView
from panel_app.views.train import TrainView

PAGES_BUILT = (CheckView, DataView, ExploreView, TrainView, TasksView, ModelsView, CompareView)
VIEWS: dict[str, type[View]] = {view.key: view for view in PAGES_BUILT}
