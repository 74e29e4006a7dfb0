"""The sides from which a profile is looked at. Each draws itself from the view's profile and choices."""

from typing import TYPE_CHECKING, Any

import panel as pn
import panel_material_ui as pmui

from chisto.schemas import DatasetRow
from chisto.schemas_profile import ClassName, Measure, ProfileResult
from panel_app import markup, plots
from panel_app.design import GROUP
from panel_app.views.rows import Rows, label_chip

if TYPE_CHECKING:
    from panel_app.views.explore import ExploreView

MEASURES: tuple[Measure, ...] = ("characters", "words", "sentences", "punctuation", "upper_case", "emoji")
GRAMS = ("unigrams", "bigrams", "trigrams")
TOP = 20
DOUBTFUL = 20


class Section(pn.viewable.Viewer):
    """Part of the Explore page."""

    def __init__(self, view: "ExploreView") -> None:
        super().__init__()
        self.view = view
        self.t = view.t
        self.layout = pn.Column(sizing_mode="stretch_width", margin=0, styles={"gap": "14px"})
        self.build()

    def build(self) -> None:
        raise NotImplementedError

    def draw(self) -> None:
        raise NotImplementedError

    def __panel__(self) -> Any:
        return self.layout

    @property
    def profile(self) -> ProfileResult:
        assert self.view.profile is not None
        return self.view.profile

    @property
    def palette(self) -> plots.Palette:
        return plots.Palette(self.view.state.dark)

    def classes(self) -> list[ClassName]:
        return self.view.chosen_classes()

    def colours(self) -> dict[str, str]:
        return {self.view.class_name(name): self.palette.of_class(name) for name in self.classes()}

    def chart(self, element: Any) -> pn.pane.HoloViews:
        return pn.pane.HoloViews(element, sizing_mode="stretch_width", margin=0, linked_axes=False)


class Lengths(Section):
    """A histogram per class of one measure, with its figures."""

    def build(self) -> None:
        options = {self.t(f"measure.{name}"): name for name in MEASURES}
        self.measure = pmui.RadioButtonGroup(
            sx=GROUP,
            label=self.t("explore.measure"),
            options=options,
            value="characters",
            size="small",
            margin=0,
        )
        self.measure.param.watch(lambda _: self.draw(), "value")
        self.place = pn.Column(sizing_mode="stretch_width", margin=0)
        self.words = markup.pane()
        self.layout.objects = [self.measure, self.view.card(self.place, self.words)]

    def draw(self) -> None:
        view, distribution = self.view, self.profile.measures[self.measure.value]
        is_share = view.unit.value == "share"
        series = {}
        for name in self.classes():
            counts = distribution.classes[name].counts
            total = max(sum(counts), 1)
            series[view.class_name(name)] = [100 * count / total if is_share else count for count in counts]
        y = self.t("explore.axis.share" if is_share else "explore.axis.count")
        x = self.t(f"measure.{self.measure.value}")
        self.place.objects = [self.chart(plots.histogram(distribution.edges, series, self.colours(), x, y))]
        self.words.object = self._figures()

    def _figures(self) -> str:
        number, distribution = self.view.state.number, self.profile.measures[self.measure.value]
        head = [self.t(f"explore.stat.{name}") for name in ("class", "mean", "median", "min", "max")]
        rows = []
        for name in self.classes():
            one = distribution.classes[name]
            rows.append(
                (
                    self.view.class_name(name),
                    number(one.mean, 1),
                    number(one.median, 1),
                    number(one.min),
                    number(one.max),
                )
            )
        words = ""
        if {"toxic", "non_toxic"} <= set(distribution.classes):
            means = {name: number(distribution.classes[name].mean, 1) for name in ("toxic", "non_toxic")}
            words = self.t("explore.lengths_summary", toxic=means["toxic"], clean=means["non_toxic"]) + " "
        if len(distribution.edges) > 2:
            words += self.t("explore.tail", edge=number(distribution.edges[-2]))
        return markup.table(head, rows, numeric=(1, 2, 3, 4)) + markup.paragraph(words)


class Speech(Section):
    """Shares of the parts of speech per class."""

    def build(self) -> None:
        self.place = pn.Column(sizing_mode="stretch_width", margin=0)
        self.words = markup.pane()
        self.layout.objects = [self.view.card(self.place, self.words)]

    def draw(self) -> None:
        view, speech = self.view, self.profile.speech
        labels = [view.state.named("pos", part) for part in speech.parts[:14]]
        series = {
            view.class_name(name): [100 * share for share in speech.shares[name][:14]]
            for name in self.classes()
            if name in speech.shares
        }
        self.place.objects = [
            self.chart(plots.dots(labels, series, self.colours(), self.t("explore.axis.tokens")))
        ]
        number = view.state.number
        if "all" in speech.comments:
            words = self.t("explore.speech_sample_all", count=number(speech.comments["all"]))
        else:
            words = self.t(
                "explore.speech_sample",
                toxic=number(speech.comments.get("toxic", 0)),
                clean=number(speech.comments.get("non_toxic", 0)),
            )
        self.words.object = markup.paragraph(words)


class Finder(pn.viewable.Viewer):
    """From a word to the comments that it stands in."""

    def __init__(self, section: Section) -> None:
        super().__init__()
        self.section = section
        view = section.view
        self.word = pmui.AutocompleteInput(
            label=view.t("explore.find"), options=[], restrict=False, min_characters=1, width=340, margin=0
        )
        self.rows = Rows(view)
        self.rows.layout.visible = False
        self.word.param.watch(self._show, "value")
        self.layout = view.card(self.word, self.rows)

    def offer(self, words: list[str]) -> None:
        self.word.options = list(dict.fromkeys(words))

    async def _show(self, event: Any) -> None:
        self.rows.layout.visible = bool(event.new)
        if event.new:
            self.rows.search.value = event.new
            await self.rows.show(self.section.view.dataset.value)

    def __panel__(self) -> Any:
        return self.layout


class Ngrams(Section):
    """The most frequent words and their sequences, one chart for each class."""

    def build(self) -> None:
        options = {self.t(f"explore.ngram.{name}"): name for name in GRAMS}
        self.gram = pmui.RadioButtonGroup(
            sx=GROUP, label=self.t("explore.ngram"), options=options, value="unigrams", size="small", margin=0
        )
        self.gram.param.watch(lambda _: self.draw(), "value")
        self.place = pn.Column(sizing_mode="stretch_width", margin=0)
        self.finder = Finder(self)
        self.layout.objects = [self.gram, self.place, self.finder]

    def draw(self) -> None:
        view, cards, words = self.view, [], []
        for name in self.classes():
            found = getattr(self.profile.ngrams[name], self.gram.value)[:30]
            words += [one.text for one in found]
            title = markup.pane(markup.section(view.class_name(name)))
            if not found:
                cards.append(view.card(title, markup.pane(markup.paragraph(self.t("table.empty")))))
                continue
            chart = plots.bars(
                [one.text for one in found], [one.count for one in found], self.palette.of_class(name),
                self.t("explore.axis.times"),
            )  # fmt: skip
            cards.append(view.card(title, self.chart(chart)))
        self.place.objects = [view.split(*cards)] if len(cards) == 2 else cards
        self.finder.offer(words)


class Odds(Section):
    """Words that give a class away, and a cloud for each class."""

    def build(self) -> None:
        self.place = pn.Column(sizing_mode="stretch_width", margin=0, styles={"gap": "14px"})
        self.finder = Finder(self)
        self.layout.objects = [self.place, self.finder]

    def draw(self) -> None:
        view, odds, cards = self.view, self.profile.log_odds, []
        if odds is None:
            cards.append(
                markup.pane(markup.empty(self.t("explore.need_labels"), self.t("explore.need_labels_lead")))
            )
        else:
            chosen = self.classes()
            toxic = odds.toxic[:TOP] if "toxic" in chosen else []
            clean = odds.non_toxic[:TOP] if "non_toxic" in chosen else []
            words = [*toxic, *reversed(clean)]
            colours = [self.palette.of_class("toxic")] * len(toxic) + [
                self.palette.of_class("non_toxic")
            ] * len(clean)
            if words:
                chart = plots.bars(
                    [one.text for one in words],
                    [one.z for one in words],
                    colours,
                    "z",
                    self.t("explore.axis.z"),
                )
                cards.append(
                    view.card(markup.pane(markup.paragraph(self.t("explore.odds_lead"))), self.chart(chart))
                )
            self.finder.offer([one.text for one in words])
        clouds = [
            view.card(
                markup.pane(markup.section(self.t("explore.cloud", name=view.class_name(name)))),
                markup.pane(
                    markup.cloud(
                        sorted((one.text, one.weight) for one in self.profile.clouds[name][:60]),
                        "bad" if name == "toxic" else "good",
                    )
                ),
            )
            for name in self.classes()
            if self.profile.clouds.get(name)
        ]
        self.place.objects = [
            *cards,
            view.split(*clouds) if len(clouds) == 2 else pn.Column(*clouds, margin=0),
        ]


class Labels(Section):
    """Rows whose label is doubtful, with their texts."""

    def build(self) -> None:
        self._limit = DOUBTFUL
        self.errors, self.pairs = markup.pane(), markup.pane()
        self.more = self.view.button("explore.more", self._show_more, variant="text", size="small")
        self.layout.objects = [self.view.card(self.errors), self.view.card(self.pairs), self.more]

    def draw(self) -> None:
        pn.state.execute(self._fetch)

    async def _show_more(self, _: Any) -> None:
        self._limit += DOUBTFUL
        await self._fetch()

    async def _fetch(self) -> None:
        view, errors, near = self.view, self.profile.label_errors, self.profile.near_duplicates
        async with view.guarded():
            suspects = errors.rows[: self._limit] if errors else []
            pairs = near.pairs[: self._limit] if near else []
            numbers = [one.row for one in suspects]
            numbers += [row for pair in pairs for row in (pair.toxic_row, pair.non_toxic_row)]
            texts: dict[int, DatasetRow] = {}
            if numbers:
                wanted = list(dict.fromkeys(numbers))
                page = await view.api(view.api.client.rows(view.dataset.value, wanted))
                texts = {row.row: row for row in page.rows}
            self.errors.object = self._describe_errors(texts)
            self.pairs.object = self._describe_pairs(texts)
            most = max(len(errors.rows) if errors else 0, len(near.pairs) if near else 0)
            self.more.visible = most > self._limit

    def _describe_errors(self, texts: dict[int, DatasetRow]) -> str:
        state, errors = self.view.state, self.profile.label_errors
        title = markup.section(self.t("explore.errors"))
        if errors is None:
            return title + markup.paragraph(self.t("explore.need_labels_lead"))
        if not errors.rows:
            return title + markup.paragraph(self.t("explore.errors_none"))
        lead = self.t(
            "explore.errors_lead",
            count=state.number(errors.suspected),
            checked=state.number(errors.rows_checked),
        )
        head = [
            self.t(key)
            for key in ("data.column.row", "data.column.label", "explore.doubt", "data.column.text")
        ]
        lines = "".join(
            f'<tr><td class="n">{one.row + 1}</td><td>{label_chip(self.view, one.label)}</td>'
            f'<td class="n">{state.percent(one.score)}</td><td>{self._text(texts, one.row)}</td></tr>'
            for one in errors.rows[: self._limit]
        )
        return title + markup.paragraph(lead) + _table(head, lines)

    def _describe_pairs(self, texts: dict[int, DatasetRow]) -> str:
        state, near = self.view.state, self.profile.near_duplicates
        title = markup.section(self.t("explore.duplicates"))
        if near is None or not near.pairs:
            return title + markup.paragraph(self.t("explore.duplicates_none"))
        lead = self.t("explore.duplicates_lead", count=state.number(near.found))
        if not near.is_complete:
            lead += " " + self.t("explore.duplicates_some")
        head = [self.t("class.toxic"), self.t("class.clean")]
        lines = "".join(
            f"<tr><td>{self._text(texts, pair.toxic_row)}</td><td>{self._text(texts, pair.non_toxic_row)}</td></tr>"
            for pair in near.pairs[: self._limit]
        )
        return title + markup.paragraph(lead) + _table(head, lines)

    @staticmethod
    def _text(texts: dict[int, DatasetRow], row: int) -> str:
        return f'<div class="verbatim">{markup.text(texts[row].text) if row in texts else "–"}</div>'


def _table(head: list[str], lines: str) -> str:
    """``lines`` are rows of cells that are escaped already."""
    cells = "".join(f'<th scope="col">{markup.text(cell)}</th>' for cell in head)
    return f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table></div>'


SECTIONS: dict[str, type[Section]] = {
    "lengths": Lengths,
    "speech": Speech,
    "ngrams": Ngrams,
    "odds": Odds,
    "labels": Labels,
}
