"""Training: data, family, parameters from the API's schema, and off it goes."""

import re
from typing import Any

import panel as pn
import panel_material_ui as pmui

from chisto.schemas import DatasetInfo, FitRequest, ModelInfo, Split
from panel_app import markup
from panel_app.design import GROUP
from panel_app.forms import Schema, SchemaForm, plain, resolve
from panel_app.views.base import View
from panel_app.views.search_form import SearchForm

NAME = re.compile(r"^[a-z0-9_-]{1,64}$")
SHORT = {
    "logistic_regression": "logreg", "linear_svc": "svc", "multinomial_naive_bayes": "bayes", "cnn": "cnn",
    "bag_of_words": "bow", "tf_idf": "tfidf", "hashed": "hashed",
}  # fmt: skip
METHODS = ("holdout", "cross_validation", "none")


class TrainView(View):
    """One long form; the schema decides what is on it."""

    key = "train"

    def build(self) -> None:
        t = self.t
        self._schemas: dict[str, Schema] = {}
        self._datasets: list[DatasetInfo] = []
        self._models: dict[str, ModelInfo] = {}
        self._suggested = ""
        wide = {"sizing_mode": "stretch_width", "margin": 0}
        self.dataset = pmui.Select(label=t("train.dataset"), options=[], **wide)
        self.model_name = pmui.TextInput(label=t("train.name"), max_length=64, **wide)
        self.name_hint = markup.pane()
        self.new_version = pmui.Switch(label=t("train.new_version"), visible=False, margin=0)
        self.family = pmui.RadioButtonGroup(sx=GROUP, label=t("train.family"), options=[], margin=0)
        self.family_words = markup.pane()
        self.vectorizer = pmui.RadioButtonGroup(
            sx=GROUP, label=t("train.vectorizer"), options=[], size="small", margin=0
        )
        self.vectorizer_words = markup.pane()
        self.model_form, self.vectorizer_form = pn.Column(**wide), pn.Column(**wide)
        self._forms: dict[str, SchemaForm] = {}
        self._make_split()
        self.search = SearchForm(self)
        self.load = pmui.Switch(label=t("train.load"), value=True, margin=0)
        self.start = self.button("train.start", self._start, icon="play_arrow", size="large")
        self.nothing = self.card(
            markup.pane(markup.empty(t("train.no_data"), t("train.no_data_lead"))),
            self.button("train.to_data", lambda _: self.state.open("data")),
            visible=False,
        )
        self.model_name.param.watch(self._on_name, "value_input")
        self.new_version.param.watch(self._on_name, "value")
        self.family.param.watch(self._on_family, "value")
        self.vectorizer.param.watch(self._on_vectorizer, "value")
        self.dataset.param.watch(self._on_dataset, "value")
        self.form = pn.Column(
            self.card(
                markup.pane(markup.section(t("train.what"))),
                self.split(
                    self.dataset, pn.Column(self.model_name, self.name_hint, self.new_version, **wide)
                ),
                self.family,
                self.family_words,
            ),
            self.card(
                markup.pane(markup.section(t("train.vectorizer"))),
                self.vectorizer,
                self.vectorizer_words,
                self.vectorizer_form,
            ),
            self.card(markup.pane(markup.section(t("train.parameters"))), self.model_form),
            self.card(
                markup.pane(markup.section(t("train.quality"))),
                self.row(self.method, self.share, self.folds),
                self.method_words,
            ),
            self.card(self.search),
            self.row(self.start, self.load),
            sizing_mode="stretch_width",
            margin=0,
            styles={"gap": "16px"},
        )
        self.vectorizer_card = self.form.objects[1]
        self.layout.objects = [self.heading(), self.notice, self.nothing, self.form]

    def _make_split(self) -> None:
        t = self.t
        self.method = pmui.RadioButtonGroup(
            sx=GROUP,
            options={t(f"train.split.{name}"): name for name in METHODS},
            value="holdout",
            size="small",
            margin=0,
        )
        self.share = pmui.IntInput(
            label=t("train.share"), value=20, start=5, end=50, size="small", width=130, margin=0
        )
        self.folds = pmui.IntInput(
            label=t("train.folds"), value=5, start=2, end=20, size="small", width=130, margin=0, visible=False
        )
        self.method_words = markup.pane(markup.paragraph(t("train.split_hint.holdout")))
        self.method.param.watch(self._on_method, "value")

    # --- asking -----------------------------------------------------------------------------------------------

    async def refresh(self) -> None:
        async with self.guarded():
            client = self.api.client
            if not self._schemas:
                self._schemas = dict((await self.api(client.families())).families)
                options = {schema.get("title", name): name for name, schema in self._schemas.items()}
                self.family.param.update(
                    options=options, value=self.family.value or next(iter(self._schemas))
                )
            self._datasets = [one for one in await self.api(client.datasets()) if one.is_labelled]
            self._models = {model.name: model for model in await self.api(client.models())}
            self._show_datasets()
            self._suggest_name()

    def _show_datasets(self) -> None:
        has_data = bool(self._datasets)
        self.nothing.visible, self.form.visible = not has_data, has_data
        options = {
            f"{one.name} ({self.state.counted(one.rows, 'noun.rows')})": one.uuid for one in self._datasets
        }
        uuids = list(options.values())
        chosen = self.state.dataset if self.state.dataset in uuids else (uuids[0] if uuids else None)
        self.dataset.param.update(options=options, value=chosen)

    # --- what the user does -----------------------------------------------------------------------------------

    def _on_dataset(self, event: Any) -> None:
        if event.new:
            self.state.dataset = event.new

    def _on_family(self, event: Any) -> None:
        schema = self._schemas.get(event.new or "")
        if schema is None:
            return
        self.family_words.object = markup.paragraph(schema.get("description", ""))
        self._set_form("ml_model_params", self.model_form, schema["properties"]["ml_model_params"])
        options = {
            branch.get("title", ""): branch["properties"]["vectorizer_type"]["const"]
            for branch in schema.get("oneOf", [])
        }
        self.vectorizer_card.visible = bool(options)
        if options:
            known = list(options.values())
            preferred = "tf_idf" if "tf_idf" in known else known[0]
            value = self.vectorizer.value if self.vectorizer.value in known else preferred
            self.vectorizer.param.update(options=options, value=value)
            self._show_vectorizer()
        else:
            self._forms.pop("vectorizer_params", None)
        self._suggest_name()
        self._offer_search()

    def _on_vectorizer(self, _: Any) -> None:
        self._show_vectorizer()
        self._suggest_name()
        self._offer_search()

    def _show_vectorizer(self) -> None:
        for branch in self._schemas[self.family.value].get("oneOf", []):
            if branch["properties"]["vectorizer_type"]["const"] == self.vectorizer.value:
                self.vectorizer_words.object = markup.paragraph(branch.get("description", ""))
                self._set_form(
                    "vectorizer_params", self.vectorizer_form, branch["properties"]["vectorizer_params"]
                )

    def _set_form(self, group: str, place: Any, schema: Schema) -> None:
        def range_text(low: float, high: float) -> str:
            return self.t("train.range", low=plain(low), high=plain(high))

        form = SchemaForm(schema, range_text, self.t("train.more"))
        form.param.watch(lambda _: self._offer_search(), "value")
        self._forms[group] = form
        place.objects = [form]

    def _offer_search(self) -> None:
        self.search.offer({group: resolve(form.schema, form.value)[0] for group, form in self._forms.items()})

    def _on_method(self, event: Any) -> None:
        self.share.visible = event.new == "holdout"
        self.folds.visible = event.new == "cross_validation"
        self.method_words.object = markup.paragraph(self.t(f"train.split_hint.{event.new}"))

    def _on_name(self, _: Any) -> None:
        self._check_name()

    # --- the name ---------------------------------------------------------------------------------------------

    def _suggest_name(self) -> None:
        """A free name from family and features, unless the user has typed one."""
        if not self.family.value or self.model_name.value_input not in ("", self._suggested):
            self._check_name()
            return
        words = [SHORT.get(self.family.value, self.family.value)]
        if self.vectorizer_card.visible and self.vectorizer.value:
            words.append(SHORT.get(self.vectorizer.value, self.vectorizer.value))
        stem, number = "-".join(words), 1
        name = stem
        while name in self._models:
            number += 1
            name = f"{stem}-{number}"
        self._suggested = name
        self.model_name.value = name
        self._check_name()

    def _check_name(self) -> bool:
        name, known = self.model_name.value_input or "", self._models.get(self.model_name.value_input or "")
        self.new_version.visible = known is not None and not known.is_shipped
        problem = ""
        if not NAME.match(name):
            problem = "train.name_bad"
        elif known is not None and known.is_shipped:
            problem = "train.name_shipped"
        elif known is not None and not self.new_version.value:
            problem = "train.name_taken"
        self.model_name.error_state = bool(problem)
        self.name_hint.object = markup.paragraph(self.t(problem or "train.name_hint"))
        return not problem

    # --- off it goes ------------------------------------------------------------------------------------------

    async def _start(self, _: Any) -> None:
        try:
            request = self._request()
        except ValueError:
            self.tell("error", self.t("train.invalid"), self.t("train.invalid_hint"))
            return
        async with self.guarded():
            with self.busy(self.start):
                started = await self.api(self.api.client.fit(request))
                self.hush()
                self._suggested = self.model_name.value = ""
            self.state.open("tasks", task=started.task)

    def _request(self) -> FitRequest:
        """What the form says. Raises ValueError where it says nothing valid."""
        if (
            not self._check_name()
            or not all(form.is_valid for form in self._forms.values())
            or not self.dataset.value
        ):
            raise ValueError("form")
        known = self._models.get(self.model_name.value_input)
        vectorizer = self._forms.get("vectorizer_params")
        optional: dict[str, Any] = {}
        if vectorizer:
            optional = {"vectorizer_type": self.vectorizer.value, "vectorizer_params": vectorizer.value}
        if search := self.search.value():
            optional["search"] = search
        if known is not None:
            optional["new_version"] = True
        return FitRequest(
            name=self.model_name.value_input,
            dataset=self.dataset.value,
            ml_model_type=self.family.value,
            ml_model_params=self._forms["ml_model_params"].value,
            split=Split(method=self.method.value, share=self.share.value / 100, folds=self.folds.value),
            load=self.load.value,
            **optional,
        )
