"""The pages, by the name they have in the address."""

from panel_app.views.base import View
from panel_app.views.check import CheckView
from panel_app.views.models import ModelsView
from panel_app.views.tasks import TasksView

VIEWS: dict[str, type[View]] = {view.key: view for view in (CheckView, TasksView, ModelsView)}
